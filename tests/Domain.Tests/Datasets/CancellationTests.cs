using PieService.Archives;
using PieService.Domain.Datasets;
using PieService.Domain.Tests.Files;

namespace PieService.Domain.Tests.Datasets;

/// <summary>A reading that is cancelled ends at the next bytes that it asks for, not at the next example.</summary>
public sealed class CancellationTests : IDisposable
{
    private static readonly byte[] Noise = new byte[4 * 1024 * 1024];

    private readonly CancellationTokenSource source = new();
    private readonly SampleFiles files = new();

    static CancellationTests() => new Random(21).NextBytes(Noise);

    public void Dispose()
    {
        source.Dispose();
        files.Dispose();
    }

    public static TheoryData<DatasetFormat, bool> Formats() => new(
        from format in Enum.GetValues<DatasetFormat>()
        from isGzipped in new[] { false, true }
        select (format, isGzipped));

    /// <summary>A reader that looked further would find that there is nothing to read.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void No_format_reads_on(DatasetFormat format, bool isGzipped)
    {
        files.As(format).With("file", isGzipped ? SampleFiles.Gzip(Noise) : Noise);
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => files.Read(source.Token));
        Assert.Equal(0, files.Meter.Bytes);
    }

    [Fact]
    public void What_an_archive_has_behind_its_last_example_is_not_passed_over_to_its_end()
    {
        files.Definition = new DatasetDefinition
        {
            Name = "imdb",
            Task = LearningTask.SingleLabel,
            Format = DatasetFormat.Imdb,
        };
        files.With("file", ArchiveFiles.Tar(
            ("aclImdb/train/pos/0_9.txt", "good"), ("aclImdb/train/neg/0_2.txt", "bad"),
            ("aclImdb/test/neg/0_2.txt", "dull"),
            ("aclImdb/imdbEr.txt", System.Text.Encoding.Latin1.GetString(Noise))));

        AssertEndsAfter(examples: 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pages_of_Parquet_that_hold_nothing_are_not_passed_over_to_the_next_value(bool isGzipped)
    {
        var file = HandmadeParquet.File(
            [HandmadeParquet.Values("a"), .. Enumerable.Repeat(HandmadeParquet.Empty(kind: 0), 2000),
                HandmadeParquet.Values("b")], ["x", "y"]);
        files.As(DatasetFormat.Parquet).With("train", isGzipped ? SampleFiles.Gzip(file) : file).With("test", file);

        AssertEndsAfter(examples: 1);
    }

    /// <summary>Without reading a megabyte more, which would take memory too.</summary>
    private void AssertEndsAfter(int examples)
    {
        using var reading = files.Read().Examples(Guid.Empty, source.Token).GetEnumerator();
        for (; examples > 0; examples--) Assert.True(reading.MoveNext());
        var (read, allocated) = (files.Meter.Bytes, GC.GetAllocatedBytesForCurrentThread());
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => reading.MoveNext());
        Assert.InRange(files.Meter.Bytes - read, 0, 1024 * 1024);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 1024 * 1024);
    }
}
