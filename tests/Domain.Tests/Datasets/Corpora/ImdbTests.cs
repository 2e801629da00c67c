using System.Formats.Tar;
using PieService.Archives;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets.Corpora;

public sealed class ImdbTests : IDisposable
{
    private static readonly (string, string)[] Reviews =
    [
        ("aclImdb/README", "read me"), ("aclImdb/train/urls_pos.txt", "http://"),
        ("aclImdb/test/neg/0_2.txt", "Dull.<br /><br />Very."), ("aclImdb/test/pos/1_10.txt", "Great"),
        ("aclImdb/train/unsup/0_0.txt", "Who knows"), ("aclImdb/train/pos/0_9.txt", "Lovely\nand long"),
        ("aclImdb/train/neg/1_1.txt", "Bad"), ("aclImdb/train/unsup/1_0.txt", "Not me"),
    ];

    private readonly SampleFiles files = new()
    {
        Definition = new DatasetDefinition
        {
            Name = "imdb",
            Task = LearningTask.SingleLabel,
            Format = DatasetFormat.Imdb,
        },
    };

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reviews_are_labelled_by_their_folders(bool isGzipped)
    {
        var archive = ArchiveFiles.Tar(Reviews);
        files.With("file", isGzipped ? SampleFiles.Gzip(archive) : archive);

        Assert.Equal(["neg", "pos"], files.Read().Labels);
        Assert.Equal([KeyValuePair.Create("noLabel", 2)], files.Read().Dropped);
        Assert.Equal(
            ["test/neg/0_2 Test 0 0 Dull.<br /><br />Very.", "test/pos/1_10 Test 1 1 Great",
                "train/pos/0_9 Train 0 1 Lovely\nand long", "train/neg/1_1 Train 1 0 Bad"],
            files.Examples()
                .Select(example =>
                    $"{example.SourceId} {example.Split} {example.Position} {example.Labels.Single()} {example.Text}"));
    }

    [Fact]
    public void A_share_of_each_label_of_train_becomes_the_validation_split()
    {
        var many = Enumerable.Range(0, 40)
            .SelectMany(
                i => new[] { ($"aclImdb/train/pos/{i}_9.txt", $"good {i}"), (
                    $"aclImdb/train/neg/{i}_2.txt", $"bad {i}") });
        files.Definition = files.Definition with { Split = new SplitFractions { Validation = 0.25m, Seed = 3 } };
        files.With("file", ArchiveFiles.Tar(many.Concat(Reviews)));

        Assert.Equal(
            ["Train 31, 31", "Validation 10, 10", "Test 1, 1"],
            files.Read().Splits.Select(split => $"{split.Split} {string.Join(", ", split.PerLabel)}"));
        var drawn = Validation();
        files.Definition = files.Definition with { Split = new SplitFractions { Validation = 0.25m, Seed = 4 } };
        Assert.NotEqual(drawn, Validation());

        List<string> Validation() =>
            [.. files.Examples().Where(example => example.Split == Split.Validation)
                .Select(example => example.SourceId)];
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    public void A_link_or_a_device_is_not_accepted_as_a_review(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "aclImdb/train/pos/5_9.txt");
        if (type != TarEntryType.CharacterDevice) entry.LinkName = "/etc/passwd";

        Assert.Equal(
            ("file/aclImdb/train/pos/5_9.txt", "is a link or a device, not a file"),
            (files.With("file", ArchiveFiles.Tar([entry])).Refusal().File, files.Refusal().Message));
    }

    [Fact]
    public void Files_with_other_names_are_ignored_whatever_their_paths()
    {
        var elsewhere =
            new[] { "/aclImdb/train/pos/5_9.txt", "../aclImdb/train/pos/5_9.txt", "aclImdb/train/pos/../../5_9.txt",
                "aclImdb/train/pos/5_9.txt.exe" };
        files.With("file", ArchiveFiles.Tar(Reviews.Concat(elsewhere.Select(name => (name, "not to be read")))));

        Assert.Equal(4, files.Examples().Count);
    }

    [Fact]
    public void Reviews_may_be_below_any_folder_but_one()
    {
        var below = Reviews.Select(review => ($"./data/my files/{review.Item1}", "\u00EF\u00BB\u00BF" + review.Item2));
        var examples = files.With("file", ArchiveFiles.Tar(below)).Examples();

        Assert.Equal(
            [("test/neg/0_2", "Dull.<br /><br />Very."), ("test/pos/1_10", "Great")],
            examples.Take(2).Select(example => (example.SourceId, example.Text)));
    }

    [Fact]
    public void Reviews_in_two_folders_are_refused()
    {
        files.With("file", ArchiveFiles.Tar(Reviews.Append(("copy/aclImdb/train/neg/7_1.txt", "again"))));

        Assert.Equal("file/copy/aclImdb/train/neg/7_1.txt", files.Refusal().File);
    }

    [Fact]
    public void An_archive_without_reviews_is_refused_with_the_names_in_it()
    {
        files.With("file", ArchiveFiles.Tar(("imdb/train/positive/0.txt", "one"), ("imdb/README", "two")));

        Assert.Equal(
            "the archive has no review, which is a file such as aclImdb/train/pos/0_9.txt or " +
            "aclImdb/test/neg/1_2.txt, with its number and rating; it has 'imdb/train/positive/0.txt', 'imdb/README'",
            files.Refusal().Message);
    }

    [Fact]
    public void A_zip_archive_is_refused_with_what_to_do() =>
        Assert.StartsWith(
            "is a zip archive; unpack it", files.With("file", ArchiveFiles.Zip(Reviews)).Refusal().Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_review_that_is_not_UTF_8_is_refused_with_its_file_and_line()
    {
        files.With("file", ArchiveFiles.Tar(Reviews.Append(("aclImdb/train/neg/7_1.txt", "one\ntwo \u00FC"))));

        Assert.Equal(("file/aclImdb/train/neg/7_1.txt", 2L), (files.Refusal().File, files.Refusal().Line));
        Assert.Equal("has a byte that is not UTF-8 (0xFC)", files.Refusal().Message);
    }

    [Theory]
    [InlineData("", "the text is empty")]
    [InlineData("a\0b", "has a NUL character, which a text must not contain")]
    [InlineData("0123456789x", "has more than 10 characters")]
    public void A_review_that_cannot_be_an_example_is_refused_with_its_file(string text, string message)
    {
        files.Limits = files.Limits with { RecordCharacters = 10 };
        files.With("file", ArchiveFiles.Tar(("aclImdb/train/neg/7_1.txt", text)));

        Assert.Equal("file/aclImdb/train/neg/7_1.txt", files.Refusal().File);
        Assert.StartsWith(message, files.Refusal().Message, StringComparison.Ordinal);
    }
}
