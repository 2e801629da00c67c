using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class PieEndpoints
{
    public static void MapPies(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/comparisons/{id:guid}/pies", List).WithName("listPies").WithTags("PIEs").ProducesProblem(400).ProducesProblem(404);

    /// <summary>The PIEs of a comparison, with their texts and votes.</summary>
    /// <remarks>
    /// Examples on which the majority of the pruned runs and the majority of the dense runs differ. Empty until the comparison
    /// is labelled.
    /// </remarks>
    private static async Task<Results<Ok<Page<PieResponse>>, ProblemHttpResult>> List(
        Guid id, Query<PieFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var about = await (from comparison in db.Comparisons
                           join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where comparison.Id == id
                           select new { comparison.Split, sweep.DatasetId, dataset.Labels }).SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("comparison", id);

        var gold = GoldClass(filter.Label, about.Labels);
        // A comparison has one split; asking for another finds nothing in it.
        var pies = db.PieLabels.Where(label => label.ComparisonId == id && label.IsPie
            && (filter.Split == null || filter.Split == about.Split)
            && (gold == null || label.Gold == gold)
            && (filter.Direction == null || label.Direction == filter.Direction)
            && (filter.MinMargin == null || label.Margin >= filter.MinMargin));
        var total = await pies.CountAsync(cancellation);
        var rows = await (from label in Ordered(pies, filter).Take(filter.PageSize + 1)
                          join example in db.Examples on label.ExampleId equals example.Id
                          select new { Label = label, Example = example }).AsNoTracking().ToListAsync(cancellation);
        // A join keeps no order.
        var ordered = filter.OrderBy == PieOrder.Margin
            ? rows.OrderByDescending(row => row.Label.Margin).ThenBy(row => row.Label.Position).ToList()
            : rows.OrderBy(row => row.Label.Position).ToList();
        return TypedResults.Ok(filter.Cut(
            ordered, total, row => PieResponse.Of(row.Label, row.Example, about.Labels), row => new PieKey(row.Label.Margin, row.Label.Position)));
    }

    private static short? GoldClass(string? label, string[] labels)
    {
        if (label is null) return null;
        var index = Array.IndexOf(labels, label);
        if (index < 0) throw new InvalidRequestException([new("label", $"is not a label of this dataset; there are {string.Join(", ", labels.Take(20))}")]);
        return (short)index;
    }

    private static IQueryable<PieLabel> Ordered(IQueryable<PieLabel> pies, PieFilter filter)
    {
        var after = filter.After<PieKey>();
        if (filter.OrderBy == PieOrder.Position)
        {
            if (after is not null) pies = pies.Where(label => label.Position > after.Position);
            return pies.OrderBy(label => label.Position);
        }
        if (after is not null) pies = pies.Where(label => label.Margin < after.Margin || (label.Margin == after.Margin && label.Position > after.Position));
        return pies.OrderByDescending(label => label.Margin).ThenBy(label => label.Position);
    }

    private sealed record PieKey(double Margin, int Position);
}

public enum PieOrder
{
    [JsonStringEnumMemberName("margin")] Margin,
    [JsonStringEnumMemberName("position")] Position,
}

public sealed record PieFilter : PageQuery
{
    public Split? Split { get; init; }

    /// <summary>Gold label.</summary>
    public string? Label { get; init; }
    public PieDirection? Direction { get; init; }

    /// <summary>Only PIEs on which both cohorts were at least so sure, in [0, 1].</summary>
    public double? MinMargin { get; init; }

    /// <summary>margin: the clearest disagreement first; position: as in the source.</summary>
    public PieOrder OrderBy { get; init; } = PieOrder.Margin;

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (MinMargin is < 0 or > 1) yield return new("minMargin", "must be from 0 to 1");
    }
}

/// <param name="Margin">The smaller of the two cohorts' (top - second) / runs.</param>
/// <param name="Tied">A cohort's vote was a tie; the smallest class index decided.</param>
public sealed record PieResponse(
    Guid ExampleId, int Position, string Text, string? SecondText, IReadOnlyList<string> Labels,
    CohortVote Dense, CohortVote Pruned, double Margin, PieDirection Direction, bool Tied)
{
    public static PieResponse Of(PieLabel label, Example example, string[] labels) => new(
        label.ExampleId, label.Position, example.Text, example.SecondText, [.. example.Labels.Select(index => labels[index])],
        CohortVote.Of(label.DenseVotes, label.DenseMode, labels), CohortVote.Of(label.PrunedVotes, label.PrunedMode, labels),
        label.Margin, label.Direction!.Value, label.DenseTied || label.PrunedTied);
}

/// <param name="Votes">Runs that predict each label.</param>
public sealed record CohortVote(IReadOnlyList<string> Predicted, IReadOnlyDictionary<string, int> Votes)
{
    public static CohortVote Of(int[] votes, short mode, string[] labels) =>
        new([labels[mode]], labels.Zip(votes).ToDictionary(pair => pair.First, pair => pair.Second));
}
