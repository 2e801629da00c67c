using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class SeedPlanEndpoint
{
    /// <summary>Multiples of the seeds of the comparison for which the Jaccard index is returned.</summary>
    private static readonly int[] Multiples = [2, 3, 4];

    public static void MapSeedPlan(this IEndpointRouteBuilder comparison) =>
        comparison.MapGet("/seed-plan", Get).WithName("getSeedPlan").WithTags("Comparisons")
            .ProducesProblem(404).ProducesProblem(409);

    /// <summary>Returns how stable the PIEs of a comparison would be with more seeds.</summary>
    /// <remarks>
    /// The Jaccard index of the PIEs that two repetitions of the comparison would find, with its seeds and with more.
    /// It starts from that of halves of the seeds, and grows as the shares of the votes predict.
    /// </remarks>
    private static async Task<Results<Ok<SeedPlanResponse>, ProblemHttpResult>> Get(
        Guid id, Query<SeedPlanQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        // A provisional comparison is labelled again every few seconds: all of this is read in one snapshot.
        await using var snapshot =
            await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { Comparison: var comparison } scope)
            return Problems.NotFound("comparison", id);
        var analysis = await db.ComparisonAnalyses.AsNoTracking()
            .SingleOrDefaultAsync(found => found.ComparisonId == id, cancellation);
        if (analysis is null || comparison.Summary is not { } summary)
            return await ComparisonEndpoints.NotLabelledAsync(db, comparison, cancellation);
        var votes = await db.PieLabels.Where(label => label.ComparisonNumber == comparison.Number)
            .Where(ExampleSample.Of(summary.Examples, scope.Labels.Length))
            .GroupBy(label => new { label.DenseVotes, label.PrunedVotes })
            .Select(alike => new { alike.Key.DenseVotes, alike.Key.PrunedVotes, Count = alike.Count() })
            .OrderBy(alike => alike.DenseVotes).ThenBy(alike => alike.PrunedVotes)
            .ToListAsync(cancellation);
        var cohorts = comparison.CohortsIn(summary);
        var plan = new SeedPlan(
            scope.Task,
            votes.Select(alike => new VotedAlike(
                PackedVotes.Unpack(alike.DenseVotes), PackedVotes.Unpack(alike.PrunedVotes), alike.Count)),
            cohorts, analysis.Result.Halves?.Jaccard);
        return TypedResults.Ok(SeedPlanResponse.Of(cohorts, plan, analysis.Result, query.Value.Jaccard, Multiples));
    }
}

public sealed record SeedPlanQuery : IRules
{
    /// <summary>The Jaccard index that seedsNeeded reaches, above 0 and at most 1.</summary>
    public double Jaccard { get; init; } = 0.9;

    public IEnumerable<FieldError> Broken()
    {
        if (Jaccard is not (> 0 and <= 1)) yield return new("jaccard", "must be above 0 and at most 1");
    }
}

/// <param name="Seeds">The seeds of each cohort, or of the smaller one.</param>
/// <param name="ExpectedFlips">The number of examples that as many new seeds are expected to add to the PIEs or to
/// remove from them; null for too many labels and seeds.</param>
/// <param name="Jaccard">The expected Jaccard index of the PIEs of two repetitions with these seeds.</param>
/// <param name="BySeeds">The same index for more seeds.</param>
/// <param name="SeedsNeeded">The seeds that the requested index needs, at most 1,000; null if there are none.</param>
/// <param name="Reason">Why there is no index, or no number of seeds, and what to do about it; null if there
/// are.</param>
public sealed record SeedPlanResponse(
    int Seeds, double? ExpectedFlips, double? Jaccard, IReadOnlyList<PlannedJaccard> BySeeds, int? SeedsNeeded,
    string? Reason)
{
    public static SeedPlanResponse Of(
        ComparedCohorts cohorts, SeedPlan plan, AnalysisResult result, double target, IReadOnlyList<int> multiples)
    {
        var (seeds, flips) = (cohorts.Fewest, result.Stability?.ExpectedFlips);
        return result.Halves switch
        {
            null => new(
                seeds, flips, null, [], null,
                $"One {cohorts.Kind.Repetition} has no halves, on whose PIEs a plan is based: "
                    + $"{cohorts.Kind.MoreRuns}."),
            { Jaccard: null } => new(
                seeds, flips, null, [], null,
                "No half of the runs has a PIE, so it is not known how stable PIEs are."),
            _ => Planned(plan.SeedsNeeded(target)),
        };

        SeedPlanResponse Planned(int? needed) => new(
            seeds, flips, plan.Jaccard(seeds),
            [
                .. multiples.Select(multiple => multiple * seeds).Where(more => more <= SeedPlan.MostSeeds)
                    .Select(more => new PlannedJaccard(more, plan.Jaccard(more))),
            ],
            needed,
            needed is null
                ? $"{SeedPlan.MostSeeds} runs of each cohort are not expected to reach this index: ask for a lower one."
                : null);
    }
}

/// <param name="Seeds">The number of seeds of each cohort.</param>
/// <param name="Jaccard">In [0, 1].</param>
public sealed record PlannedJaccard(int Seeds, double? Jaccard);
