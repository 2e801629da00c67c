using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class PieEndpoints
{
    public static void MapPies(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/comparisons/{id:guid}/pies", List).WithName("listPies").WithTags("PIEs").ProducesProblem(400).ProducesProblem(404);

    /// <summary>The PIEs of a comparison, with their texts and votes.</summary>
    /// <remarks>
    /// Examples on which the majority of the pruned runs and the majority of the dense runs differ; of multi-label data on some
    /// label. Empty until the comparison is labelled.
    /// </remarks>
    private static async Task<Results<Ok<Page<PieResponse>>, TableFile<PieResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<PieFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var filter = request.Filter;
        var about = await (from comparison in db.Comparisons
                           join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where comparison.Id == id
                           select new { Comparison = comparison, sweep.DatasetId, dataset.Task, dataset.Labels }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("comparison", id);

        var gold = LabelFilter.ClassOf(filter.Label, about.Labels);
        // A comparison has one split; asking for another finds nothing in it.
        var pies = db.PieLabels.Where(label => label.ComparisonId == id && label.IsPie
            && (filter.Split == null || filter.Split == about.Comparison.Split)
            && (gold == null || label.Gold == gold || (label.Gold == null && db.Examples.Any(example => example.Id == label.ExampleId && example.Labels.Contains(gold.Value))))
            && (filter.Direction == null || label.Direction == filter.Direction)
            && (filter.InfluenceBin == null || label.InfluenceBin == filter.InfluenceBin)
            && (filter.MinMargin == null || label.Margin >= filter.MinMargin));
        var rows = from label in pies
                   join example in db.Examples on label.ExampleId equals example.Id
                   select new LabelledText { Label = label, Example = example };
        var origin = new Origin(("comparison", id), ("sweep", about.Comparison.SweepId), ("dataset", about.DatasetId));
        if (request.IsForFile)
        {
            var all = Ordered(rows, filter.OrderBy).AsNoTracking().AsAsyncEnumerable();
            return request.File($"pies-{id}", ComparisonTables.Pies(about.Task, about.Labels), all.Select(row => row.Answer(about.Labels)), origin with
            {
                Recipe = $"dense {about.Comparison.DenseFingerprint}, pruned {about.Comparison.PrunedFingerprint}",
                TrainedBy = await TrainedByAsync(db, about.Comparison, cancellation),
            });
        }

        var total = await pies.CountAsync(cancellation);
        var votes = 2 * AnswerLength.OfCounts(about.Labels);
        var page = new TextPage<LabelledText>(filter, row => votes + row.Example.Text.Length + (row.Example.SecondText?.Length ?? 0));
        await page.AddAsync(Ordered(Rest(rows, filter), filter.OrderBy).AsNoTracking(), cancellation);
        return request.Page(
            page.Cut(total, row => row.Answer(about.Labels), row => new PieKey(row.Label.Margin, row.Label.Position)), origin);
    }

    private static IQueryable<LabelledText> Rest(IQueryable<LabelledText> rows, PieFilter filter) =>
        filter.After<PieKey>() is not { } after ? rows
        : filter.OrderBy == PieOrder.Position ? rows.Where(row => row.Label.Position > after.Position)
        : rows.Where(row => row.Label.Margin < after.Margin || (row.Label.Margin == after.Margin && row.Label.Position > after.Position));

    private static IOrderedQueryable<LabelledText> Ordered(IQueryable<LabelledText> rows, PieOrder order) =>
        order == PieOrder.Position
            ? rows.OrderBy(row => row.Label.Position)
            : rows.OrderByDescending(row => row.Label.Margin).ThenBy(row => row.Label.Position);

    private static async Task<IEnumerable<string>> TrainedByAsync(PieDbContext db, Comparison comparison, CancellationToken cancellation)
    {
        var outcomes = await (from link in db.SweepRuns
                              join run in db.Runs on link.RunId equals run.Id
                              where link.SweepId == comparison.SweepId
                                  && (run.Fingerprint == comparison.DenseFingerprint || run.Fingerprint == comparison.PrunedFingerprint)
                              select run.Outcome).ToListAsync(cancellation);
        return outcomes.OfType<RunOutcome>().Select(outcome => outcome.Versions);
    }

    private sealed record LabelledText
    {
        public required PieLabel Label { get; init; }
        public required Example Example { get; init; }

        public PieResponse Answer(string[] labels) => PieResponse.Of(Label, Example, labels);
    }

    private sealed record PieKey(double Margin, int Position);
}

public enum PieOrder
{
    [JsonStringEnumMemberName("margin")] Margin,
    [JsonStringEnumMemberName("position")] Position,
}

public sealed record PieFilter : TableQuery
{
    public Split? Split { get; init; }

    /// <summary>Gold label.</summary>
    public string? Label { get; init; }
    public PieDirection? Direction { get; init; }

    /// <summary>Only PIEs on which both cohorts were at least so sure, in [0, 1].</summary>
    public double? MinMargin { get; init; }

    /// <summary>Only training examples of this bin, 1 (least influential) to 20.</summary>
    public int? InfluenceBin { get; init; }

    /// <summary>margin: the clearest disagreement first; position: as in the source.</summary>
    public PieOrder OrderBy { get; init; } = PieOrder.Margin;

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (MinMargin is < 0 or > 1) yield return new("minMargin", "must be from 0 to 1");
        if (InfluenceBin is < 1 or > InfluenceRanking.BinCount) yield return new("influenceBin", $"must be from 1 to {InfluenceRanking.BinCount}");
    }
}

/// <param name="Margin">
/// The smaller of the two cohorts' (top - second) / runs; of multi-label data the smallest |2 votes - runs| / runs over classes and both cohorts.
/// </param>
/// <param name="Tied">A cohort's vote was a tie: the smallest class index decided, of multi-label data the label is not predicted.</param>
/// <param name="Classes">Of multi-label data: the labels about which the cohorts differ; null for single-label data.</param>
/// <param name="El2n">Of a training example, after the first epoch that the dense runs observed; null for those of other splits.</param>
/// <param name="InfluenceBin">By that EL2N, 1 = least influential.</param>
public sealed record PieResponse(
    Guid ExampleId, int Position, string Text, string? SecondText, IReadOnlyList<string> Labels,
    CohortVote Dense, CohortVote Pruned, double Margin, PieDirection Direction, bool Tied, IReadOnlyList<string>? Classes, double? El2n, int? InfluenceBin)
{
    public static PieResponse Of(PieLabel label, Example example, string[] labels)
    {
        var votes = CohortVotes.Of(label, labels);
        return new(
            label.ExampleId, label.Position, example.Text, example.SecondText, [.. example.Labels.Select(index => labels[index])],
            votes.Dense, votes.Pruned, label.Margin, label.Direction!.Value, label.DenseTied || label.PrunedTied, votes.Classes, label.El2n, label.InfluenceBin);
    }
}
