using PieService.Archives;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets.Corpora;

public sealed class Reuters21578Tests : IDisposable
{
    private const string Head = "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n";

    private static readonly string First = Head
        + Document(
            1, "TRAIN", "YES", "<D>grain</D><D>wheat</D>",
            "<TEXT>&#2;\n<TITLE>WHEAT &lt;UP> AT&T</TITLE>\n<DATELINE>    PARIS, March 1 - </DATELINE><BODY>Wheat "
                + "&amp; corn,\n    2 &lt; 3.\n Reuter\n&#3;</BODY></TEXT>")
        + Document(
            2, "TRAIN", "YES", "<D>grain</D><D>rare</D>",
            "<TEXT TYPE=\"BRIEF\">&#2;\n******<TITLE>GRAIN IN Z\u00FCRICH\n</TITLE>Blah blah blah.\n&#3;\n\n</TEXT>")
        + Document(3, "TRAIN", "YES", "", "<TEXT>&#2;\n<TITLE>NO TOPIC</TITLE><BODY>x</BODY></TEXT>")
        + Document(4, "TRAIN", "NO", "<D>grain</D>", "<TEXT>&#2;\n<TITLE>NOT MODAPTE</TITLE><BODY>x</BODY></TEXT>")
        + Document(5, "NOT-USED", "YES", "<D>grain</D>", "<TEXT>&#2;\n<TITLE>NOT USED</TITLE><BODY>x</BODY></TEXT>");

    private static readonly string Second = Head
        + Document(
            15, "TEST", "YES", "<D>grain</D>", "<TEXT TYPE=\"UNPROC\">&#2;\nGRAIN FREIGHTS\n    Nil\n&#3;\n\n</TEXT>")
        + Document(
            16, "TEST", "YES", "<D>wheat</D><D>ship</D>",
            "<TEXT>&#2;\n<TITLE>SHIPS</TITLE><BODY>Ships wait.</BODY></TEXT>")
        + Document(17, "TEST", "YES", "<D>ship</D>", "<TEXT>&#2;\n<TITLE>ONLY IN TEST</TITLE><BODY>x</BODY></TEXT>");

    private readonly SampleFiles files = new()
    {
        Definition = new DatasetDefinition
        {
            Name = "reuters",
            Task = LearningTask.MultiLabel,
            Format = DatasetFormat.Reuters21578,
        },
    };

    public void Dispose() => files.Dispose();

    [Fact]
    public void Documents_of_the_ModApte_split_have_the_topics_of_both_splits()
    {
        var dataset = Sample().Read();

        Assert.Equal(["grain", "wheat"], dataset.Labels);
        Assert.Equal(
            ["Train 2: 2, 1", "Test 2: 1, 1"],
            dataset.Splits.Select(split => $"{split.Split} {split.Examples}: {string.Join(", ", split.PerLabel)}"));
        Assert.Equal([KeyValuePair.Create("noTopic", 2), KeyValuePair.Create("notInSplit", 2)], dataset.Dropped);
        Assert.Equal(
            ["1 01 WHEAT <UP> AT&T\nWheat & corn,\n    2 < 3.\n Reuter", "2 0 GRAIN IN Z\u00FCRICH",
                "15 0 GRAIN FREIGHTS\n    Nil", "16 1 SHIPS\nShips wait."],
            files.Examples().Select(example => $"{example.SourceId} {string.Concat(example.Labels)} {example.Text}"));
    }

    [Fact]
    public void Only_topics_of_enough_training_documents_are_kept()
    {
        files.Definition = files.Definition with { MinimumDocuments = 2 };

        Assert.Equal(["grain"], Sample().Read().Labels);
        Assert.Equal(
            [1, 2, 15],
            files.Examples()
                .Select(example => int.Parse(example.SourceId, System.Globalization.CultureInfo.InvariantCulture)));
        files.Definition = files.Definition with { MinimumDocuments = 3 };
        Assert.Equal("no topic occurs in both splits and in at least 3 training documents", files.Refusal().Message);
    }

    [Theory]
    [InlineData("<REUTERS NEWID=\"9\">\n<TEXT>x", "the document that begins here has no end, </REUTERS>")]
    [InlineData("<REUTERS NEWID=\"9\">\n<REUTERS NEWID=\"10\">\n</REUTERS>\n",
        "the document that begins here has no end, </REUTERS>")]
    [InlineData("<REUTERS TOPICS=\"YES\">\n</REUTERS>\n", "the document has no NEWID")]
    [InlineData(
        "<REUTERS NEWID=\"9\">\n\0</REUTERS>\n",
        "has a NUL character, which a text must not contain; is the file binary or damaged?")]
    public void A_document_that_cannot_be_read_is_refused_with_its_file_and_line(string sgml, string message)
    {
        var refusal = files.With("file", ArchiveFiles.Tar(("reut2-000.sgm", First), ("x/reut2-001.sgm", Head + sgml)))
            .Refusal();

        Assert.Equal(("file/x/reut2-001.sgm", message), (refusal.File, refusal.Message));
        Assert.InRange(refusal.Line!.Value, 2, 3);
    }

    /// <summary>Each error would lose a document, a topic or a body if it were ignored.</summary>
    [Theory]
    [InlineData(
        "<REUTERS TOPICS", "<REUTER TOPICS", 2,
        "is not in a document, which begins with <REUTERS at the begin of a line and ends with </REUTERS> at the end "
        + "of one")]
    [InlineData(
        "<REUTERS TOPICS", " <REUTERS TOPICS", 2,
        "is not in a document, which begins with <REUTERS at the begin of a line and ends with </REUTERS> at the end "
        + "of one")]
    [InlineData(
        "<REUTERS TOPICS", "<REUTERSTOPICS", 2,
        "is not in a document, which begins with <REUTERS at the begin of a line and ends with </REUTERS> at the end "
        + "of one")]
    [InlineData(
        "</REUTERS>\n", "</REUTERS>\nx\n", 14,
        "is not in a document, which begins with <REUTERS at the begin of a line and ends with </REUTERS> at the end "
        + "of one")]
    [InlineData("</REUTERS>\n", "</REUTERS> </REUTERS>\n", 13, "the line continues after the end of the document")]
    [InlineData("</REUTERS>\n", "</REUTERS> x\n", 2, "the document that begins here has no end, </REUTERS>")]
    [InlineData("NEWID=\"1\">", "NEWID=\"1\"", 2, "the tag <REUTERS has no end, >")]
    [InlineData(" NEWID=\"1\"", "", 2, "the document has no NEWID")]
    [InlineData(" LEWISSPLIT=\"TEST\"", "", 2, "the document has no LEWISSPLIT")]
    [InlineData("LEWISSPLIT=\"TEST\"", "LEWISSPLIT=\"Test\"", 2,
        "the document has another LEWISSPLIT than TRAIN, TEST, NOT-USED")]
    [InlineData(" TOPICS=\"YES\"", "", 2, "the document has no TOPICS")]
    [InlineData("TOPICS=\"YES\"", "TOPICS=\"\"", 2, "the document has another TOPICS than YES, NO, BYPASS")]
    [InlineData("<D>grain</D>", "<D>grain<D>", 4,
        "<D> does not belong in the <D> that begins here; has that no end, or should its '<' be &lt;?")]
    [InlineData("<D>grain</D>", "<D>grain", 4, "the element <D> that begins here has no end, </D>")]
    [InlineData("<D>grain</D>", "<d>grain</d>", 4,
        "<d> does not belong in the <TOPICS> that begins here; has that no end, or should its '<' be &lt;?")]
    [InlineData("<D>grain</D>", "grain</D>", 4, "</D> ends an element that does not begin")]
    [InlineData("<D>grain</D>", "<D>grain</d>", 4, "</d> ends an element that does not begin")]
    [InlineData("</TOPICS>", "", 4,
        "<PLACES> does not belong in the <TOPICS> that begins here; has that no end, or should its '<' be &lt;?")]
    [InlineData("<TOPICS><D>grain</D></TOPICS>", "", 2, "the document has no element <TOPICS> or no <TEXT>")]
    [InlineData("<TOPICS><D>grain</D></TOPICS>", "<TOPICS></TOPICS>\n<TOPICS><D>grain</D></TOPICS>", 5,
        "the document has more than one TOPICS")]
    [InlineData("</TEXT>", "", 9, "the element <TEXT> that begins here has no end, </TEXT>")]
    [InlineData("</BODY>", "", 11, "the element <BODY> that begins here has no end, </BODY>")]
    [InlineData("<BODY>", "", 12, "</BODY> ends an element that does not begin")]
    [InlineData("<BODY>", "<BODY", 11, "the tag <BODYGrain has no end, >")]
    [InlineData("<BODY>", "</TEXT><BODY>", 2,
        "<BODY> does not belong in the <REUTERS> that begins here; has that no end, or should its '<' be &lt;?")]
    [InlineData("<BODY>", "<BODY></BODY><BODY>", 11, "the document has more than one TEXT/BODY")]
    public void A_broken_document_is_reported_with_its_line_rather_than_skipped(
        string whole, string broken, int line, string message)
    {
        var sgml = Head + Document(
            1, "TEST", "YES", "<D>grain</D>", "<TEXT>&#2;\n<TITLE>GRAIN < 2</TITLE>\n<BODY>Grain\n</BODY></TEXT>");
        using (var sound = new SampleFiles { Definition = files.Definition })
            Assert.Equal(
                3, sound.With("file", ArchiveFiles.Tar(("reut2-000.sgm", First), ("reut2-001.sgm", sgml)))
                    .Examples().Count);
        Assert.Contains(whole, sgml, StringComparison.Ordinal);

        var refusal = files.With(
            "file",
            ArchiveFiles.Tar(
                ("reut2-000.sgm", First), ("reut2-001.sgm", sgml.Replace(whole, broken, StringComparison.Ordinal))))
            .Refusal();

        Assert.Equal(("file/reut2-001.sgm", line, message), (refusal.File, refusal.Line, refusal.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Head + "\n")]
    public void A_file_without_a_document_is_refused(string sgml)
    {
        var refusal = files.With("file", ArchiveFiles.Tar(("reut2-000.sgm", First), ("reut2-001.sgm", sgml))).Refusal();

        Assert.Equal(
            ("file/reut2-001.sgm", "has no document, which begins with <REUTERS"), (refusal.File, refusal.Message));
    }

    [Fact]
    public void A_document_that_exceeds_the_length_of_a_record_is_refused()
    {
        files.Limits = files.Limits with { RecordCharacters = 1000 };
        files.With(
            "file",
            ArchiveFiles.Tar(
                ("reut2-000.sgm",
                    $"{Head}<REUTERS NEWID=\"9\">\n{string.Concat(Enumerable.Repeat("a line\n", 200))}</REUTERS>\n")));

        Assert.Equal(2, files.Refusal().Line);
        Assert.Contains("more than 1000 characters", files.Refusal().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_of_something_else_is_refused() =>
        Assert.Contains(
            "reut2-000.sgm", files.With("file", ArchiveFiles.Tar(("aclImdb/README", "x"))).Refusal().Message,
            StringComparison.Ordinal);

    private SampleFiles Sample() => files.With("file", SampleFiles.Gzip(ArchiveFiles.Tar(
        ("reuters21578/README.txt", "<REUTERS>"), ("reuters21578/reut2-000.sgm", First),
        ("reuters21578/reut2-021.sgm", Second))));

    private static string Document(int id, string split, string topics, string topicList, string text) =>
        $"<REUTERS TOPICS=\"{topics}\" LEWISSPLIT=\"{split}\" CGISPLIT=\"TRAINING-SET\" OLDID=\"{id + 5000}\" "
        + $"NEWID=\"{id}\">\n<DATE> 1-MAR-1987</DATE>\n" +
        $"<TOPICS>{topicList}</TOPICS>\n<PLACES><D>usa</D></PLACES>\n<UNKNOWN> "
        + $"\n&#5;&#5;C\n&#22;&#1;f0704&#31;reute</UNKNOWN>\n{text}\n</REUTERS>\n";
}
