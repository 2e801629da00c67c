using PieService.Domain.Datasets;
using PieService.Domain.Files;

namespace PieService.Domain.Tests.Datasets;

public sealed class LabelTextTests : IDisposable
{
    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("good\u200B", "'good<U+200B>' has an invisible character (U+200B) at its end")]
    [InlineData("\uFEFFgood", "'<U+FEFF>good' has an invisible character (U+FEFF) at its beginning")]
    [InlineData("good\u200E", "U+200E")]
    [InlineData("good\u2069", "U+2069")]
    [InlineData("good ", "'good<U+0020>' has white space (U+0020) at its end")]
    [InlineData("good\u00A0", "'good<U+00A0>' has white space (U+00A0) at its end")]
    public void A_label_with_unseen_characters_at_its_ends_is_refused_and_shown(string label, string message)
    {
        var refusal = Refusal($"label,text\ngood,one\n{label},two\n");

        Assert.Equal(("train", 3, "label"), (refusal.File, refusal.Line, refusal.Column));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("caf\u00E9", "cafe\u0301", "'cafe<U+0301>' and the label 'caf<U+00E9>' look the same")]
    [InlineData("\uD55C", "\u1112\u1161\u11AB", "look the same")]
    [InlineData("go od", "go\u00A0od", "'go<U+00A0>od' and the label 'go od' look the same")]
    [InlineData("good", "go\u200Bod", "'go<U+200B>od' and the label 'good' look the same")]
    [InlineData("1", "1.0", "'1.0' and the label '1' look the same, or are the same number")]
    public void Two_labels_that_look_the_same_are_not_two_classes(string first, string second, string message)
    {
        var refusal = Refusal($"label,text\n{first},one\nother,two\n{second},three\n");

        Assert.Equal((4, "label"), (refusal.Line, refusal.Column));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(
            "labels[1]",
            Assert.Single(DatasetRules.Check(files.Definition with { Labels = [first, second] }, ["train", "test"]))
                .Field);
    }

    [Fact]
    public void A_flag_and_a_joined_emoji_are_labels() => Assert.Equal(
        2, Labels("label,text\n\U0001F468\u200D\U0001F469,one\n\U0001F3F4\U000E0067\U000E0062\U000E007F,two\n").Count);

    [Theory]
    [InlineData("0 1 2 3 4 5 6 7 8 9 10 11", "11 10 9 8 7 6 5 4 3 2 1 0")]
    [InlineData("-10 -2 -1 0 3 20", "20 3 -1 0 -10 -2")]
    [InlineData("99 123456789012345678901234567890 123456789012345678901234567891",
        "123456789012345678901234567891 99 123456789012345678901234567890")]
    [InlineData("-1 1 10 2 x", "10 2 x 1 -1")]
    [InlineData("01 1 10 2", "10 2 1 01")]
    public void Labels_are_in_the_order_of_their_numbers_if_all_are_whole_numbers(string expected, string inFile) =>
        Assert.Equal(
            expected.Split(' '),
            Labels("label,text\n" + string.Concat(inFile.Split(' ').Select(label => $"{label},text {label}\n"))));

    [Fact]
    public void A_text_of_invisible_characters_is_empty()
    {
        var refusal = Refusal("label,text\ngood,one\nbad,\u200B\uFEFF \u2060\n");

        Assert.Equal(
            (3, "text", "the text is empty: it has invisible characters only"),
            (refusal.Line, refusal.Column, refusal.Message));
    }

    [Fact]
    public void A_pair_with_one_invisible_text_counts_as_an_empty_text()
    {
        files.Definition = files.Definition with
        {
            Columns = new ColumnMapping { Text = "text", SecondText = "second", Label = "label" },
        };
        files.With("train", "label,text,second\na,one,\u200B\nb,two,three\n")
            .With("test", "label,text,second\na,x,y\n");

        Assert.Equal(1, files.Read().Quality.EmptyTexts);
    }

    private IReadOnlyList<string> Labels(string train)
    {
        using var sample = new SampleFiles { Definition = files.Definition };
        return sample.With("train", train).With("test", train).Read().Labels;
    }

    private UnreadableFileException Refusal(string train)
    {
        using var sample = new SampleFiles { Definition = files.Definition };
        return sample.With("train", train).With("test", train).Refusal();
    }
}
