using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// The labels of one example in the comparisons in which it is a PIE, as the database summarises them.
/// </summary>
/// <param name="ReplicatedCount">Null if none of them has a second dense cohort.</param>
/// <param name="Numbers">The numbers of these comparisons.</param>
public sealed record PieSummary(
    int Position, int PieCount, int? ReplicatedCount, double Taxicab, double? Shift, int[] Numbers) : IExampleSummary;

/// <param name="Comparisons">The number of comparisons that count.</param>
/// <param name="PieCount">The number of these in which the example is a PIE.</param>
/// <param name="PieShare">PieCount / comparisons, in (0, 1].</param>
/// <param name="ReplicatedCount">The number of comparisons in which it is a PIE against the second dense cohort too;
/// null without such a cohort.</param>
/// <param name="Taxicab">The mean of taxicab over the comparisons in which it is a PIE.</param>
/// <param name="Shift">The mean of shift over them; null for one seed.</param>
/// <param name="Models">The models of these comparisons, each once, in the order of the sweep's request.</param>
/// <param name="Methods">The methods of these comparisons.</param>
/// <param name="Sparsities">The target sparsities of these comparisons, in percent, ascending.</param>
/// <param name="ComparisonIds">The comparisons in which it is a PIE.</param>
/// <param name="Complete">Whether every comparison that counts is complete; else the row is provisional.</param>
public sealed record SweepPieResponse(
    Guid ExampleId, int Position, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels,
    int Comparisons, int PieCount, double PieShare, int? ReplicatedCount, double Taxicab, double? Shift,
    IReadOnlyList<string> Models, IReadOnlyList<Method> Methods, IReadOnlyList<decimal> Sparsities,
    IReadOnlyList<Guid> ComparisonIds, bool Complete)
{
    /// <param name="comparisons">The comparisons that count, by their numbers.</param>
    public static SweepPieResponse Of(
        PieSummary summary, Example example, SelectedComparisons scope,
        IReadOnlyDictionary<int, Comparison> comparisons)
    {
        var found = summary.Numbers.Select(number => comparisons[number]).OrderBy(comparison => comparison.Ordinal)
            .ToList();
        return new(
            example.Id, example.Position, example.SourceId, example.Text, example.SecondText,
            [.. example.Labels.Select(index => scope.Labels[index])], comparisons.Count, summary.PieCount,
            (double)summary.PieCount / comparisons.Count, summary.ReplicatedCount, summary.Taxicab, summary.Shift,
            [.. found.Select(comparison => comparison.Model).Distinct()],
            [.. found.Select(comparison => comparison.Method).Distinct()],
            [.. found.Select(comparison => comparison.Sparsity).Distinct().Order()],
            [.. found.Select(comparison => comparison.Id)], scope.AreComplete);
    }
}
