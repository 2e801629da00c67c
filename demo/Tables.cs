namespace PieService.Demo;

/// <summary>What a sweep found, as text.</summary>
public static class Tables
{
    public static void PrintEffectiveness(IReadOnlyList<Comparison> comparisons)
    {
        // All methods have the same dense cohort.
        var dense = comparisons[0].Score.Dense;
        Print(
            ["method", "sparsity", "achieved", "accuracy (sd)"],
            [
                ["dense", "0 %", "", MeanAndSd(dense)],
                .. comparisons.Select(comparison => new[]
                {
                    comparison.Method, $"{comparison.Sparsity} %", $"{comparison.AchievedSparsity.Mean:0.00} %", MeanAndSd(comparison.Score.Pruned),
                }),
            ]);
    }

    /// <param name="hardShareOfPies">For each comparison; null: it has no PIEs.</param>
    public static void PrintPies(IReadOnlyList<Comparison> comparisons, IReadOnlyList<double?> hardShareOfPies) => Print(
        ["method", "sparsity", "PIEs", "rate", "hard", "dense right", "pruned right", "ties (dense, pruned)"],
        comparisons.Zip(hardShareOfPies, (comparison, hard) => new[]
        {
            comparison.Method, $"{comparison.Sparsity} %", $"{comparison.Pies}", Percent(comparison.PieRate), Percent(hard),
            Percent(comparison.ScoreOnPies.Dense), Percent(comparison.ScoreOnPies.Pruned), $"{comparison.Ties.Dense}, {comparison.Ties.Pruned}",
        }));

    public static void PrintExample(Pie pie, string sourceId)
    {
        Console.WriteLine($"  \"{pie.Text}\"");
        Console.WriteLine(
            $"      {sourceId}: labelled {pie.Labels[0]}; dense models say {VoteOf(pie.Dense)}, pruned models {VoteOf(pie.Pruned)}");
    }

    public static string Percent(double? share) => share is { } known ? $"{100 * known:0.0} %" : "-";

    private static string MeanAndSd(Spread spread) => $"{Percent(spread.Mean)} ({Percent(spread.Sd)})";

    private static string VoteOf(Vote vote) => $"{vote.Predicted[0]} ({vote.Votes[vote.Predicted[0]]} of {vote.Votes.Values.Sum()})";

    /// <summary>The first column is text, the others are numbers.</summary>
    private static void Print(string[] headings, IEnumerable<string[]> rows)
    {
        string[][] lines = [headings, .. rows];
        var widths = headings.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            Console.WriteLine("  " + string.Join("   ", line.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
    }
}
