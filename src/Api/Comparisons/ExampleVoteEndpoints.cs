using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class ExampleVoteEndpoints
{
    public static void MapExampleVotes(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/sweeps/{id:guid}/examples/{exampleId:guid}", Get).WithName("getExampleVotes").WithTags("PIEs")
            .ProducesProblem(404);

    /// <summary>
    /// Returns the votes of a sweep's cohorts on one example, by model, method, sparsity and baseline.
    /// </summary>
    /// <remarks>
    /// The response contains every labelled comparison, including those in which the example is not a PIE. A trajectory
    /// has the complete comparisons of a model, a method and a baseline by their target sparsity.
    /// </remarks>
    private static async Task<Results<Ok<ExampleVotesResponse>, ProblemHttpResult>> Get(
        Guid id, Guid exampleId, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        // A provisional comparison may be labelled again meanwhile.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (found, problem) = await SweepExample.FindAsync(db, id, exampleId, cancellation);
        return found is null ? problem! : TypedResults.Ok(await ExampleVotesResponse.OfAsync(db, found, cancellation));
    }
}

/// <param name="Comparisons">The votes in each labelled comparison.</param>
/// <param name="Trajectories">How the votes change with the target sparsity, over complete comparisons.</param>
/// <param name="LabelQuality">How much the dense runs support the gold labels.</param>
public sealed record ExampleVotesResponse(
    Guid ExampleId, int Position, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels,
    IReadOnlyList<ComparisonVote> Comparisons, IReadOnlyList<ExampleTrajectory> Trajectories,
    IReadOnlyList<ExampleLabelQuality> LabelQuality)
{
    public static async Task<ExampleVotesResponse> OfAsync(
        PieDbContext db, SweepExample found, CancellationToken cancellation)
    {
        var example = found.Example;
        return new(
            example.Id, example.Position, example.SourceId, example.Text, example.SecondText,
            [.. example.Labels.Select(index => found.Labels[index])],
            [.. found.Votes.Select(vote => ComparisonVote.Of(vote.Comparison, vote.Label, found.Labels))],
            ExampleTrajectory.Of(found.Votes),
            await ExampleLabelQuality.OfAsync(db, found, cancellation));
    }
}

/// <param name="AchievedSparsity">The mean achieved sparsity of the pruned runs, in percent.</param>
/// <param name="Baseline">The dense cohort with which the pruned cohort is compared: dense or dense4E.</param>
/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trains the runs.</param>
/// <param name="Dense">The votes of the dense runs on the example.</param>
/// <param name="Pruned">The votes of the pruned runs on the example.</param>
/// <param name="Margin">The margin of the less certain cohort, in [0, 1]; for multi-label data over the labels on which
/// the cohorts differ, or over all labels if they do not differ.</param>
/// <param name="Direction">The cohort whose majority is right; null if the example is not a PIE.</param>
/// <param name="Tied">Whether the vote of one of the cohorts is a tie; for multi-label data on any label.</param>
/// <param name="Classes">The labels about which the cohorts differ; null for single-label data.</param>
/// <param name="El2n">
/// The EL2N of a training example after the first observed epoch of the dense runs; null for examples of other splits.
/// </param>
/// <param name="InfluenceBin">
/// The influence bin of a training example by its EL2N, from 1 (least influential) to 20; null for examples of other
/// splits.
/// </param>
/// <param name="Test">The test of q: paired for an imported cohort whose pairing is model, unpaired otherwise.</param>
/// <param name="Q">The q value; null if most dense runs have collapsed.</param>
/// <param name="Taxicab">The sum over the labels of the differences of the shares of votes.</param>
/// <param name="Shift">The estimated distance of the shares of votes, 0 on average without an effect; null for one
/// seed.</param>
/// <param name="Replicated">Whether a PIE is one against the second dense cohort too; null if it is not a PIE, and
/// without such a cohort.</param>
public sealed record ComparisonVote(
    Guid ComparisonId, string Model, Architecture Architecture, Method Method, decimal Sparsity,
    double? AchievedSparsity, Method Baseline, string? Cohort, bool IsPie,
    CohortVote Dense, CohortVote Pruned, double Margin, PieDirection? Direction, bool Tied,
    IReadOnlyList<string>? Classes, double? El2n, int? InfluenceBin, SignificanceTest Test, double? Q,
    double Taxicab, double? Shift,
    bool? Replicated)
{
    public static ComparisonVote Of(Comparison comparison, PieLabel label, string[] labels)
    {
        var votes = CohortVotes.Of(label, labels);
        var test = Significance.DefaultTest(comparison.Pairing);
        return new(
            comparison.Id, comparison.Model, comparison.Architecture, comparison.Method, comparison.Sparsity,
            comparison.AchievedSparsity, comparison.Baseline, comparison.Cohort, label.IsPie, votes.Dense, votes.Pruned,
            label.Margin, label.Direction, label.DenseTied || label.PrunedTied, votes.Classes, label.El2n,
            label.InfluenceBin, test, Significance.QOf(label, test), label.Taxicab, label.Shift, label.Replicated);
    }
}
