using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class ClassEndpoints
{
    public static void MapClasses(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/comparisons/{id:guid}/classes", List).WithName("listClasses").WithTags("Comparisons").ProducesProblem(400).ProducesProblem(404);

    /// <summary>The classes of a comparison: how its PIEs spread over them, and how well both cohorts answer each.</summary>
    /// <remarks>
    /// In the dataset's order, or the most frequent first. Precision, recall and F1 are means over the runs of a cohort, 0 for 0/0, each
    /// run of multi-label data with its own threshold. Empty until the comparison is labelled.
    /// </remarks>
    private static async Task<Results<Ok<Page<ClassResponse>>, TableFile<ClassResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<ClassFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var about = await (from comparison in db.Comparisons
                           join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           join scored in db.ClassScores on comparison.Id equals scored.ComparisonId into found
                           from scores in found.DefaultIfEmpty()
                           where comparison.Id == id
                           select new { Comparison = comparison, Scores = scores, dataset.Id, dataset.Labels }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("comparison", id);

        var (filter, summary) = (request.Filter, about.Comparison.Summary);
        var classes = ClassResponse.Of(about.Labels, about.Scores?.Classes ?? [], summary);
        // Stable: equally frequent ones stay in the dataset's order.
        if (filter.OrderBy == ClassOrder.Frequency) classes = [.. classes.OrderByDescending(row => row.Examples)];
        var origin = new Origin(("comparison", id), ("sweep", about.Comparison.SweepId), ("dataset", about.Id))
        {
            Recipe = $"dense {about.Comparison.DenseFingerprint}, pruned {about.Comparison.PrunedFingerprint}",
        };
        if (request.IsForFile) return request.File($"classes-{id}", ComparisonTables.Classes, classes.ToAsyncEnumerable(), origin);

        var from = filter.After<PlaceKey>() is { } after ? after.Place + 1 : 0;
        var page = classes.Index().Skip(from).Take(filter.PageSize + 1).ToList();
        return request.Page(filter.Cut(page, classes.Count, row => row.Item, row => new PlaceKey(row.Index)), origin);
    }

    private sealed record PlaceKey(int Place);
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
