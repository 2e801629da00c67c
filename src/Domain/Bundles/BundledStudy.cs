using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>The runs and comparisons that the sweep of a bundle must have, by its request or its cohorts.</summary>
/// <param name="Plan">What the request expands to; null for the cohorts of imported predictions.</param>
internal sealed record BundledStudy(BundledSweep Sweep, PlannedSweep? Plan)
{
    /// <exception cref="UnreadableFileException">The sweep breaks a rule of requests, or of cohorts.</exception>
    internal static BundledStudy Read(BundleFile bundle, Dataset dataset)
    {
        var sweep = bundle.Read<BundledSweep>(BundleEntries.Sweep);
        if (!FieldError.IsName(sweep.Name)) throw Error(new("name", "must have 1 to 200 characters"));
        if ((sweep.Request is null) == (sweep.Foreign is null))
            throw Error(new("request", "must be given, or foreign, and not both"));
        if (sweep.Request is { } asked)
        {
            var request = asked with { DatasetId = dataset.Id };
            foreach (var error in SweepRules.Check(request, dataset)) throw Error(error);
            return new(sweep, SweepExpansion.Expand(request, dataset.ContentHash));
        }
        foreach (var error in CohortRules.Check(sweep.Foreign!.Cohorts))
            throw Error(error with { Field = $"foreign.{error.Field}" });
        return new(sweep, Plan: null);

        UnreadableFileException Error(FieldError error) =>
            bundle.Error(BundleEntries.Sweep, error.Message, column: error.Field);
    }

    /// <summary>The splits and the epochs that the sweep wants of a run, whose place the bundle states.</summary>
    /// <returns>Null if the sweep has no such run.</returns>
    public RunWish? WishOf(BundledRun run, int place)
    {
        if (Plan is null) return IsOfCohort(run) ? new([.. run.Predictions.Select(of => of.Split)], [], false) : null;
        return Plan.Runs.ElementAtOrDefault(place) is { } planned && planned.Ordinal == run.Ordinal
            && planned.Model == run.Model && planned.Seed == run.Seed && planned.Fingerprint == run.Fingerprint
            && run.Cohort is null && run.Recipe is { } recipe && RecipeFingerprint.Of(recipe) == run.Fingerprint
            ? planned.Wish : null;
    }

    private bool IsOfCohort(BundledRun run) => run is { Recipe: null, Outcome: null, State: RunState.Succeeded }
        && run is { Observed: [], Metrics: [], Predictions: [_] }
        && Sweep.Foreign!.Cohorts.Any(cohort => cohort.Name == run.Cohort && cohort.Model == run.Model)
        && run.Fingerprint == ForeignFingerprint.Of(Sweep.Id, run.Cohort!);
}
