using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// The classes of a comparison: the distribution of its PIEs over them, and the scores of both cohorts on each class.
/// </summary>
/// <remarks>
/// The classes are in the order of the dataset, or the most frequent class is first. Precision, recall and F1 are means
/// over the runs of a cohort; 0/0 counts as 0. For multi-label data each run is evaluated with its own threshold. The
/// list is empty until the comparison is labelled.
/// </remarks>
public sealed class ClassTable() : Table<ClassFilter, ClassTable.Scope, ClassResponse>("comparison", "classes")
{
    private static readonly Columns<ClassResponse> Flat = new Columns<ClassResponse>().Class();

    public override Task<Scope?> FindAsync(
        PieDbContext db, Guid id, ClassFilter filter, CancellationToken cancellation) =>
        (from comparison in db.Comparisons
         join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
         join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
         join found in db.ClassScores on comparison.Id equals found.ComparisonId into all
         from scores in all.DefaultIfEmpty()
         where comparison.Id == id
         select new Scope(
             new ComparisonScope(comparison, dataset.Id, dataset.Task, dataset.Labels, sweep.Foreign),
             scores == null ? null : scores.Classes))
        .AsNoTracking().SingleOrDefaultAsync(cancellation);

    public override Rows<ClassResponse> Rows(PieDbContext db, Scope scope, ClassFilter filter)
    {
        var classes = ClassResponse.Of(scope.Of.Labels, scope.Scores ?? [], scope.Of.Comparison.Summary);
        // A stable sort: equally frequent classes stay in the dataset's order.
        return new ListRows<ClassResponse>(
            filter.OrderBy == ClassOrder.Frequency ? [.. classes.OrderByDescending(row => row.Examples)] : classes);
    }

    public override Columns<ClassResponse> Columns(Scope scope) => Flat;

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    /// <param name="Scores">One score for each label of the dataset; null until the comparison is labelled.</param>
    public sealed record Scope(ComparisonScope Of, IReadOnlyList<ClassScore>? Scores);
}

public enum ClassOrder
{
    /// <summary>The order of the labels in the dataset.</summary>
    [JsonStringEnumMemberName("label")] Label,

    /// <summary>The most frequent gold label of the split first, as in the plots of the study.</summary>
    [JsonStringEnumMemberName("frequency")] Frequency,
}

public sealed record ClassFilter : TableQuery
{
    /// <summary>
    /// The order of the classes. label: the order of the dataset; frequency: the class with the most examples first.
    /// </summary>
    public ClassOrder OrderBy { get; init; } = ClassOrder.Label;
}

/// <param name="Examples">The number of examples that have the class as a gold label.</param>
/// <param name="Share">The share of these examples among all examples, in [0, 1].</param>
/// <param name="Pies">The number of PIEs that have the class as a gold label.</param>
/// <param name="PieShare">The share of these PIEs among all PIEs, in [0, 1]; null if there are no PIEs.</param>
/// <param name="PieRate">
/// The number of PIEs of the class divided by the number of its examples, in [0, 1]; null if it has no examples.
/// </param>
/// <param name="Differing">
/// The number of examples on which the majorities about this label differ, whatever their gold labels; null for
/// single-label data.
/// </param>
/// <param name="LabelShare">
/// The number of examples divided by its sum over all classes: the distribution of the labels, which sums to 1 for
/// multi-label data too.
/// </param>
/// <param name="PieLabelShare">
/// The same distribution of the gold labels of the PIEs, which is the class distribution that the study plots; null if
/// there are no PIEs.
/// </param>
/// <param name="DifferingShare">
/// The same distribution of differing, which is the other way in which the study distributes the PIEs of multi-label
/// data.
/// </param>
/// <param name="Residual">
/// The adjusted residual of the PIEs of the class: how many more there are than its share of the examples, standard
/// normal if PIEs do not depend on the class; null if there is nothing to compare.
/// </param>
/// <param name="RecallDifference">
/// Whether pruning hurts the class more than the model; null if the class has no examples, and for one seed.
/// </param>
public record ClassResponse(
    string Label, int Examples, double Share, int Pies, double? PieShare, double? PieRate, int? Differing,
    CohortClassScore Dense, CohortClassScore Pruned,
    double? LabelShare, double? PieLabelShare, double? DifferingShare, double? Residual,
    RecallDifference? RecallDifference)
{
    /// <param name="scores">The scores of the classes; empty until the comparison is labelled.</param>
    public static List<ClassResponse> Of(string[] labels, IReadOnlyList<ClassScore> scores, ComparisonSummary? summary)
    {
        var ofExamples = ClassScore.Distribution(scores.Select(score => score.Examples));
        var ofPies = ClassScore.Distribution(scores.Select(score => score.Pies));
        var ofDiffering = ClassScore.Distribution(scores.Select(score => score.Differing ?? 0));
        return
        [
            .. scores.Select((score, c) => new ClassResponse(
                labels[c], score.Examples, (double)score.Examples / summary!.Examples, score.Pies,
                Ratio(score.Pies, summary.Pies), Ratio(score.Pies, score.Examples),
                score.Differing, score.Dense, score.Pruned, ofExamples[c], ofPies[c], ofDiffering[c],
                score.Residual, RecallDifference.Of(score.Recall))),
        ];
    }

    private static double? Ratio(int part, int whole) => whole == 0 ? null : (double)part / whole;
}

/// <summary>
/// Welch's test of the recall of a class, less the mean accuracy of the cohort; for multi-label data less the mean
/// recall of its labels.
/// </summary>
/// <param name="Difference">Pruned minus dense: negative if the class is hurt more than the model.</param>
/// <param name="T">The statistic; null if neither cohort varies.</param>
/// <param name="Df">Degrees of freedom; null if neither cohort varies.</param>
/// <param name="P">Two-sided; null if neither cohort varies and their means differ.</param>
/// <param name="Low">The lower end of the 95 % interval of the difference.</param>
/// <param name="High">The upper end.</param>
/// <param name="Holm">p adjusted by Holm over the classes.</param>
/// <param name="Q">q by Benjamini and Hochberg over the classes.</param>
public sealed record RecallDifference(
    double Difference, double? T, double? Df, double? P, double? Low, double? High, double? Holm, double? Q)
{
    public static RecallDifference? Of(ClassRecall? recall) => recall is not { Test: var test } ? null
        : new(test.Difference, test.T, test.Df, test.P, test.Low, test.High, recall.Holm, recall.Q);
}
