using System.Reflection;
using System.Runtime.Serialization;
using PieService.Client;

namespace PieService.Demo;

/// <summary>The results of a sweep as text. The sweep has succeeded, so all of its comparisons are labelled.</summary>
public static class Tables
{
    public static void PrintEffectiveness(IReadOnlyList<ComparisonResponse> comparisons)
    {
        // All methods have the same dense cohort.
        var dense = comparisons[0].Score!.Dense;
        Print(
            ["method", "sparsity", "achieved", "accuracy (sd)"],
            [
                ["dense", "0 %", "", MeanAndSd(dense)],
                .. comparisons.Select(comparison => new[]
                {
                    NameOf(comparison.Method), $"{comparison.Sparsity} %", Achieved(comparison), MeanAndSd(
                        comparison.Score!.Pruned),
                }),
            ]);
    }

    /// <param name="hardShareOfPies">The share for each comparison; null if it has no PIEs.</param>
    public static void PrintPies(
        IReadOnlyList<ComparisonResponse> comparisons, IReadOnlyList<double?> hardShareOfPies) => Print(
        ["method", "achieved", "PIEs", "rate", "noise floor", "hard", "dense right", "pruned right",
            "ties (dense, pruned)"],
        comparisons.Zip(hardShareOfPies, (comparison, hard) => new[]
        {
            NameOf(comparison.Method), Achieved(comparison), $"{comparison.Pies}", Percent(comparison.PieRate), Percent(
                comparison.NoiseFloor?.Mean), Percent(hard),
            Percent(comparison.ScoreOnPies!.Dense), Percent(
                comparison.ScoreOnPies!.Pruned), $"{comparison.Ties!.Dense}, {comparison.Ties!.Pruned}",
        }));

    public static void PrintExample(PieResponse pie, string sourceId)
    {
        Console.WriteLine($"  \"{pie.Text}\"");
        Console.WriteLine(
            $"      {sourceId}: labelled {pie.Labels.First()}; dense models predict {VoteOf(pie.Dense)}, pruned "
                + $"models {VoteOf(pie.Pruned)}");
    }

    public static string Percent(double? share) => share is { } known ? $"{100 * known:0.0} %" : "-";

    private static string Achieved(ComparisonResponse comparison) => $"{comparison.AchievedSparsity!.Mean:0.00} %";

    private static string MeanAndSd(Spread spread) => $"{Percent(spread.Mean)} ({Percent(spread.Sd)})";

    private static string VoteOf(CohortVote vote) =>
        $"{vote.Predicted.First()} ({vote.Votes[vote.Predicted.First()]} of {vote.Votes.Values.Sum()})";

    /// <summary>The name in the API and in the paper, such as MP-AI.</summary>
    public static string NameOf(Method method) =>
        typeof(Method).GetField(method.ToString())!.GetCustomAttribute<EnumMemberAttribute>()!.Value!;

    /// <summary>The first column is text, the others are numbers.</summary>
    private static void Print(string[] headings, IEnumerable<string[]> rows)
    {
        string[][] lines = [headings, .. rows];
        var widths = headings.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            Console.WriteLine(
                "  " + string.Join(
                    "   ",
                    line.Select(
                        (cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
    }
}
