using System.Text;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets.Corpora;

public sealed class TrecTests : IDisposable
{
    private readonly SampleFiles files = new()
    {
        Definition = new DatasetDefinition
        {
            Name = "trec",
            Task = LearningTask.SingleLabel,
            Format = DatasetFormat.Trec,
        },
    };

    public void Dispose() => files.Dispose();

    [Fact]
    public void Questions_are_read_as_Latin_1_with_their_coarse_class_as_the_label()
    {
        files.With(
            "train",
            Encoding.Latin1.GetBytes(
                "NUM:date When did Z\u00FCrich : join ?\nABBR:exp What is .com ?\n\nHUM:ind Who ?\n"))
            .With("test", "HUM:gr Which band ?");

        Assert.Equal(["ABBR", "HUM", "NUM"], files.Read().Labels);
        Assert.Equal(
            ["train:1 2 When did Z\u00FCrich : join ?", "train:2 0 What is .com ?", "train:4 1 Who ?",
                "test:1 1 Which band ?"],
            files.Examples().Select(example => $"{example.SourceId} {example.Labels.Single()} {example.Text}"));
    }

    /// <summary>One at the start decides the encoding; one within is of a file that was joined to another.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_byte_order_mark_is_not_part_of_a_class(bool isFirst)
    {
        const string rest = "NUM:date When ?\n\uFEFFHUM:ind Who did it \u2013 é ?\n";
        files.With("train", isFirst ? "\uFEFF" + rest : rest.Replace("\u2013 ", "", StringComparison.Ordinal))
            .With("test", "\uFEFFHUM:gr Which band ?");

        Assert.Equal(["HUM", "NUM"], files.Read().Labels);
        Assert.Equal(isFirst ? "Who did it \u2013 é ?" : "Who did it \u00C3\u00A9 ?", files.Examples()[1].Text);
    }

    [Fact]
    public void A_byte_order_mark_of_UTF_8_before_Latin_1_is_dropped()
    {
        files.With(
            "train",
            [
                0xEF, 0xBB, 0xBF, .. Encoding.Latin1.GetBytes("NUM:date Z\u00FCrich \u00E9\n"),
                .. "HUM:ind Who \u00F0?\n"u8,
            ])
            .With("test", "HUM:gr Which band ?");

        Assert.Equal(["Z\u00FCrich \u00E9", "Who \u00F0?"], files.Examples().Take(2).Select(example => example.Text));
    }

    [Theory]
    [InlineData("Who is it ?")]
    [InlineData("HUM: Who is it ?")]
    [InlineData(":ind Who ?")]
    [InlineData("HUM:ind")]
    public void A_line_without_its_classes_is_refused(string line)
    {
        var refusal = files.With("train", $"NUM:date When ?\n{line}\n").With("test", "HUM:ind Who ?").Refusal();

        Assert.Equal(("train", 2L, "class"), (refusal.File, refusal.Line, refusal.Column));
    }
}
