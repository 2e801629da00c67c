using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class ComparisonEndpoints
{
    public static void MapComparisons(this IEndpointRouteBuilder routes)
    {
        routes.MapTable("/sweeps/{id:guid}/comparisons", new ComparisonTable()).WithName("listComparisons")
            .WithTags("Comparisons");
        routes.MapTable("/sweeps/{id:guid}/models", new ModelPairTable()).WithName("listModelPairs")
            .WithTags("Comparisons");
        var comparisons = routes.MapGroup("/comparisons/{id:guid}");
        comparisons.MapGet("/", Get).WithName("getComparison").WithTags("Comparisons").ProducesProblem(404);
        comparisons.MapGet("/analysis", GetAnalysis).WithName("getAnalysis").WithTags("Comparisons")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        comparisons.MapSeedPlan();
        routes.MapPower();
        comparisons.MapTable("/classes", new ClassTable()).WithName("listClasses").WithTags("Comparisons");
        comparisons.MapTable("/influence", new InfluenceTable()).WithName("listInfluence").WithTags("Comparisons");
        comparisons.MapTable("/subgroups", new SubgroupTable()).WithName("listComparisonSubgroups")
            .WithTags("Comparisons");
        comparisons.MapTable("/texts", new TextTable()).WithName("listComparisonTexts").WithTags("Comparisons");
        comparisons.MapTable("/relabel-queue", new RelabelTable()).WithName("listSuspectLabels").WithTags("PIEs");
        comparisons.MapTable("/pies", new PieTable()).WithName("listPies").WithTags("PIEs");
        comparisons.MapTable("/examples", new ComparisonExampleTable()).WithName("listComparisonExamples")
            .WithTags("PIEs");
    }

    /// <summary>Returns one comparison.</summary>
    /// <remarks>
    /// Counts and scores are null until the comparison is labelled; complete is true if every expected run has
    /// succeeded.
    /// </remarks>
    private static async Task<Results<Ok<ComparisonResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        if (await db.Comparisons.AsNoTracking()
            .SingleOrDefaultAsync(comparison => comparison.Id == id, cancellation) is not { } comparison)
            return Problems.NotFound("comparison", id);
        var answer = ComparisonResponse.Of(comparison);
        return TypedResults.Ok(answer with
        {
            IsAtWork = !answer.Complete && await db.SweepProgress.AnyAsync(
                sweep => sweep.SweepId == comparison.SweepId && sweep.FinishedAt == null, cancellation),
        });
    }

    /// <summary>Returns the analysis of one comparison: significance, effect beyond the seeds, and stability.</summary>
    /// <remarks>
    /// The analysis is computed when the comparison is labelled, so a provisional comparison has a provisional one.
    /// What cannot be stated is null, and reason states why and what would help. inference states what the numbers
    /// speak about.
    /// </remarks>
    private static async Task<Results<Ok<AnalysisResponse>, ProblemHttpResult>> GetAnalysis(
        Guid id, Query<AnalysisQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        // Both are of one labelling: a provisional comparison may be labelled again meanwhile.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { Comparison: var comparison } scope)
            return Problems.NotFound("comparison", id);
        var analysis = await db.ComparisonAnalyses.AsNoTracking()
            .SingleOrDefaultAsync(found => found.ComparisonId == id, cancellation);
        return analysis is null || comparison.Summary is null
            ? await NotLabelledAsync(db, comparison, cancellation)
            : TypedResults.Ok(AnalysisResponse.Of(scope, analysis, query.Value.Margin));
    }

    internal static async Task<ProblemHttpResult> NotLabelledAsync(
        PieDbContext db, Comparison comparison, CancellationToken cancellation)
    {
        if (comparison.LabellingError is { } error)
            return Problems.Conflict($"The comparison is not labelled: its last labelling failed. {error}");
        if (comparison.Cohort is not null)
            return Problems.Conflict(
                "The comparison is not labelled yet. A worker labels it as soon as it has a free slot.");
        var sweep = await db.SweepProgress.SingleAsync(
            progress => progress.SweepId == comparison.SweepId, cancellation);
        return Problems.Conflict(
            $"The comparison is not labelled yet. It is labelled when {Labelling.FewestSeeds} seeds of both cohorts "
                + "have "
            + $"succeeded; its sweep is {Wire.Name(sweep.State)}, with {sweep.RunsSucceeded} of {sweep.RunsTotal} runs "
            + "succeeded.");
    }
}
