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
    internal static async Task<Results<Ok<ExampleVotesResponse>, ProblemHttpResult>> Get(
        Guid id, Guid exampleId, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var about = await (from sweep in db.Sweeps
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where sweep.Id == id
                           select new
                           {
                               sweep.DatasetId,
                               dataset.Task,
                               dataset.Labels,
                           }).SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("sweep", id);
        var example = await db.Examples.AsNoTracking()
            .SingleOrDefaultAsync(e => e.Id == exampleId && e.DatasetId == about.DatasetId, cancellation);
        if (example is null) return Problems.NotFound("example of this sweep's dataset", exampleId);

        var labels = await (from label in db.PieLabels
                            join comparison in db.Comparisons on label.ComparisonNumber equals comparison.Number
                            where label.Position == example.Position && comparison.SweepId == id
                                && comparison.Split == example.Split
                            orderby comparison.Ordinal
                            select new
                            {
                                Label = label,
                                Comparison = comparison,
                            }).AsNoTracking().ToListAsync(cancellation);
        return TypedResults.Ok(new ExampleVotesResponse(
            example.Id, example.Position, example.SourceId, example.Text, example.SecondText,
            [.. example.Labels.Select(index => about.Labels[index])],
            [
                .. from row in labels
                   let votes = CohortVotes.Of(row.Label, about.Labels)
                   let test = Significance.DefaultTest(row.Comparison.Pairing)
                   select new ComparisonVote(
                       row.Comparison.Id, row.Comparison.Model, row.Comparison.Architecture, row.Comparison.Method,
                       row.Comparison.Sparsity, row.Comparison.AchievedSparsity, row.Comparison.Baseline,
                       row.Comparison.Cohort, row.Label.IsPie,
                       votes.Dense, votes.Pruned, row.Label.Margin, row.Label.Direction,
                       row.Label.DenseTied || row.Label.PrunedTied, votes.Classes, row.Label.El2n,
                       row.Label.InfluenceBin, test, Significance.QOf(row.Label, test), row.Label.Taxicab,
                       row.Label.Shift, row.Label.Replicated),
            ],
            ExampleTrajectory.Of(labels.Select(row => (row.Comparison, row.Label))),
            await ExampleLabelQuality.OfAsync(db, id, example, about.Task, cancellation)));
    }
}

/// <param name="Comparisons">The votes in each labelled comparison.</param>
/// <param name="Trajectories">How the votes change with the target sparsity, over complete comparisons.</param>
/// <param name="LabelQuality">How much the dense runs support the gold labels.</param>
public sealed record ExampleVotesResponse(
    Guid ExampleId, int Position, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels,
    IReadOnlyList<ComparisonVote> Comparisons, IReadOnlyList<ExampleTrajectory> Trajectories,
    IReadOnlyList<ExampleLabelQuality> LabelQuality);

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
    bool? Replicated);
