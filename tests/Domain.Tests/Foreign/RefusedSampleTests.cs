using System.Globalization;
using System.Text.RegularExpressions;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;
using PieService.Golden;

namespace PieService.Domain.Tests.Foreign;

/// <summary>The samples that must be refused, with the places that expected.json has for them.</summary>
public partial class RefusedSampleTests
{
    public static TheoryData<string> Cases() => SampleFolder.Cases("refused", "*");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_that_cannot_be_right_is_refused_with_its_place(string file)
    {
        var path = SampleFolder.Path(file);
        var expected = SampleFolder.Expected("refused").GetProperty(Path.GetFileName(file)).GetString()!;
        using var import = ImportOf(path, expected);

        var error = Assert.Single(import.Errors());

        Assert.Equal(Number(Line(), expected), error.Place.Line);
        Assert.Equal(Number(Seed(), expected), error.Place.Seed);
        Assert.Equal(Number(Example(), expected), error.Place.Example);
        Assert.Equal(Number(Label(), expected), error.Place.Label);
        Assert.Matches(Words(expected), error.Message);
    }

    /// <summary>The words of the message that must be in ours, too: what is wrong, and with which value.</summary>
    private static string Words(string expected) =>
        expected.Contains("pickle", StringComparison.Ordinal) ? "object arrays .*pickle"
        : expected.Contains("shorter", StringComparison.Ordinal) ? "shorter than its header says"
        : expected.Contains("not a finite", StringComparison.Ordinal) ? "not a finite number"
        : expected.Contains("type c16", StringComparison.Ordinal) ? "type c16"
        : expected.Contains("is missing", StringComparison.Ordinal) ? $"{Document().Match(expected)} is missing"
        : expected.Contains("differs from the other", StringComparison.Ordinal) ? "doc_id .* another hash"
        : expected.Contains("twice", StringComparison.Ordinal) ? $"{Document().Match(expected)} occurs twice"
        : expected.Contains("acc is", StringComparison.Ordinal) ? "acc is 0, but the answer, choice .*, is the target"
        : expected.Contains("ends early", StringComparison.Ordinal) ? "is not valid JSON.*complete"
        : expected.Contains("label ", StringComparison.Ordinal) ? "label 'maybe'"
        : expected.Contains("sum to", StringComparison.Ordinal) ? Regex.Escape(Sum().Match(expected).Value)
        : "no result for each example";

    private static Imports ImportOf(string path, string expected)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(".npy", StringComparison.Ordinal))
            return new Imports().With(path, new()
            {
                Format = ForeignFormat.Npy,
                Cohort = "dense",
                ScoreKind = ScoreKind.Logits,
            });
        if (name.StartsWith("lm-eval", StringComparison.Ordinal))
            return new Imports { Cohorts = ["dense", "int4"], Replication = ReplicationKind.None }
                .With(
                    SampleFolder.Path(SampleFolder.Files("lm-eval/bf16", "*toy_mc*")[0]),
                    new() { Format = ForeignFormat.LmEvalHarness, Cohort = "dense" })
                .With(path, new() { Format = ForeignFormat.LmEvalHarness, Cohort = "int4" });
        if (!name.EndsWith(".csv", StringComparison.Ordinal))
            return new Imports().With(path, new()
            {
                Format = ForeignFormat.Jsonl,
                Cohort = "dense",
                Columns = new() { Predicted = "picked" },
            });
        var hasScores = File.ReadLines(path).First().Contains("prob_", StringComparison.Ordinal);
        return new Imports { Labels = expected.Contains("labels are given") ? ["neg", "neu", "pos"] : null }
            .With(path, new()
            {
                Format = ForeignFormat.Csv,
                Cohort = "dense",
                ScoreKind = hasScores ? ScoreKind.Probabilities : null,
                Columns = new()
                {
                    Example = "example",
                    Label = "gold",
                    Predicted = hasScores ? null : "predicted",
                    ScoresPrefix = hasScores ? "prob_" : null,
                },
            });
    }

    private static int? Number(Regex place, string expected) => place.Match(expected) is { Success: true } match
        ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("line ([0-9]+)")]
    private static partial Regex Line();

    [GeneratedRegex("seed ([0-9]+)")]
    private static partial Regex Seed();

    [GeneratedRegex("example ([0-9]+)")]
    private static partial Regex Example();

    [GeneratedRegex("label ([0-9]+)")]
    private static partial Regex Label();

    [GeneratedRegex("doc_id [0-9]+")]
    private static partial Regex Document();

    [GeneratedRegex("sum to [0-9.]+")]
    private static partial Regex Sum();
}
