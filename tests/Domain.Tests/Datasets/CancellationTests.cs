using PieService.Archives;
using PieService.Domain.Datasets;
using PieService.Domain.Tests.Files;

namespace PieService.Domain.Tests.Datasets;

/// <summary>A cancelled reading ends at the next read of bytes, not at the next example.</summary>
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

    /// <summary>A reader that continued would find that the file has no examples.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void Reading_stops_for_every_format(DatasetFormat format, bool isGzipped)
    {
        files.As(format).With("file", isGzipped ? SampleFiles.Gzip(Noise) : Noise);
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => files.Read(source.Token));
        Assert.Equal(0, files.Meter.Bytes);
    }

    [Fact]
    public void Reading_stops_within_the_bytes_after_the_last_example_of_an_archive()
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
    public void Reading_stops_within_a_series_of_empty_Parquet_pages(bool isGzipped)
    {
        var file = HandmadeParquet.File(
            [HandmadeParquet.Values("a"), .. Enumerable.Repeat(HandmadeParquet.Empty(kind: 0), 2000),
                HandmadeParquet.Values("b")], ["x", "y"]);
        files.As(DatasetFormat.Parquet).With("train", isGzipped ? SampleFiles.Gzip(file) : file).With("test", file);

        AssertEndsAfter(examples: 1);
    }

    /// <summary>Asserts that less than a further megabyte is read, and little memory is allocated.</summary>
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
