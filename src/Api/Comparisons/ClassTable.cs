using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>The classes of a comparison: how its PIEs spread over them, and how well both cohorts answer each.</summary>
/// <remarks>
/// In the dataset's order, or the most frequent first. Precision, recall and F1 are means over the runs of a cohort, 0 for 0/0, each
/// run of multi-label data with its own threshold. Empty until the comparison is labelled.
/// </remarks>
public sealed class ClassTable() : Table<ClassFilter, ClassTable.Scope, ClassResponse>("comparison", "classes")
{
    private static readonly Columns<ClassResponse> Flat = new Columns<ClassResponse>()
        .Text("label", row => row.Label)
        .Whole("examples", row => row.Examples)
        .Real("share", row => row.Share)
        .Whole("pies", row => row.Pies)
        .Real("pieShare", row => row.PieShare)
        .Real("pieRate", row => row.PieRate)
        .Whole("differing", row => row.Differing)
        .Cohort("dense", row => row.Dense)
        .Cohort("pruned", row => row.Pruned)
        .Real("labelShare", row => row.LabelShare)
        .Real("pieLabelShare", row => row.PieLabelShare)
        .Real("differingShare", row => row.DifferingShare);

    public override Task<Scope?> FindAsync(PieDbContext db, Guid id, ClassFilter filter, CancellationToken cancellation) =>
        (from comparison in db.Comparisons
         join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
         join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
         join found in db.ClassScores on comparison.Id equals found.ComparisonId into all
         from scores in all.DefaultIfEmpty()
         where comparison.Id == id
         select new Scope(new ComparisonScope(comparison, dataset.Id, dataset.Task, dataset.Labels), scores == null ? null : scores.Classes))
        .AsNoTracking().SingleOrDefaultAsync(cancellation);

    public override Rows<ClassResponse> Rows(PieDbContext db, Scope scope, ClassFilter filter)
    {
        var classes = ClassResponse.Of(scope.Of.Labels, scope.Scores ?? [], scope.Of.Comparison.Summary);
        // A stable sort: equally frequent classes stay in the dataset's order.
        return new ListRows<ClassResponse>(
            filter.OrderBy == ClassOrder.Frequency ? [.. classes.OrderByDescending(row => row.Examples)] : classes);
    }

    public override Columns<ClassResponse> Columns(Scope scope) => Flat;

    public override Origin Origin(Scope scope) => scope.Of.Origin;

    /// <param name="Scores">One for each label of the dataset; null before the comparison is labelled.</param>
    public sealed record Scope(ComparisonScope Of, IReadOnlyList<ClassScore>? Scores);
}

public enum ClassOrder
{
    /// <summary>The dataset's.</summary>
    [JsonStringEnumMemberName("label")] Label,

    /// <summary>Those that most examples of the split have first, as the study plots them.</summary>
    [JsonStringEnumMemberName("frequency")] Frequency,
}

public sealed record ClassFilter : TableQuery
{
    /// <summary>label: in the dataset's order; frequency: the classes that most examples have first.</summary>
    public ClassOrder OrderBy { get; init; } = ClassOrder.Label;
}

/// <param name="Examples">That have it as gold label.</param>
/// <param name="Share">Of all examples, in [0, 1].</param>
/// <param name="Pies">PIEs that have it as gold label.</param>
/// <param name="PieShare">Of all PIEs; null where there are none.</param>
/// <param name="PieRate">PIEs / examples of the class; null where it has none.</param>
/// <param name="Differing">Of multi-label data: examples on which the majorities about this label differ, whatever its gold labels; null for single-label data.</param>
/// <param name="LabelShare">Examples / the sum of examples over all classes: the distribution of the labels, which sums to 1 for multi-label data too.</param>
/// <param name="PieLabelShare">The same of the PIEs' gold labels: the class distribution that the study plots. Null where there are none.</param>
/// <param name="DifferingShare">The same of differing: the study's other way to distribute the PIEs of multi-label data.</param>
public sealed record ClassResponse(
    string Label, int Examples, double Share, int Pies, double? PieShare, double? PieRate, int? Differing, CohortClassScore Dense, CohortClassScore Pruned,
    double? LabelShare, double? PieLabelShare, double? DifferingShare)
{
    /// <param name="scores">None before the comparison is labelled.</param>
    public static List<ClassResponse> Of(string[] labels, IReadOnlyList<ClassScore> scores, ComparisonSummary? summary)
    {
        var ofExamples = ClassScore.Distribution(scores.Select(score => score.Examples));
        var ofPies = ClassScore.Distribution(scores.Select(score => score.Pies));
        var ofDiffering = ClassScore.Distribution(scores.Select(score => score.Differing ?? 0));
        return
        [
            .. scores.Select((score, c) => new ClassResponse(
                labels[c], score.Examples, (double)score.Examples / summary!.Examples, score.Pies, Ratio(score.Pies, summary.Pies), Ratio(score.Pies, score.Examples),
                score.Differing, score.Dense, score.Pruned, ofExamples[c], ofPies[c], ofDiffering[c])),
        ];
    }

    private static double? Ratio(int part, int whole) => whole == 0 ? null : (double)part / whole;
}

file static class CohortColumns
{
    public static Columns<ClassResponse> Cohort(
        this Columns<ClassResponse> columns, string name, Func<ClassResponse, CohortClassScore> cohort) => columns
        .Real($"{name}_accuracy", row => cohort(row).Accuracy)
        .Spread($"{name}_precision", row => cohort(row).Precision)
        .Spread($"{name}_recall", row => cohort(row).Recall)
        .Spread($"{name}_f1", row => cohort(row).F1);
}
