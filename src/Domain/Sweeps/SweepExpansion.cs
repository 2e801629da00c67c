using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>A run that a sweep wants, before it is known whether the run exists.</summary>
/// <param name="Model">The name of the model in the sweep.</param>
/// <param name="TrunkFingerprint">The dense recipe from whose end the run may start; null if it starts from initial
/// weights.</param>
/// <param name="Wish">What the sweep wants of it.</param>
/// <param name="Device">The type of device that may train it.</param>
public sealed record PlannedRun(
    int Ordinal, string Model, Recipe Recipe, string Fingerprint, string? TrunkFingerprint, int Seed, RunWish Wish,
    DeviceWish Device = DeviceWish.Any);

public sealed record PlannedComparison(
    int Ordinal, string Model, Recipe Pruned, string PrunedFingerprint, Method Baseline, string DenseFingerprint,
    Split Split);

public sealed record PlannedSweep(IReadOnlyList<PlannedRun> Runs, IReadOnlyList<PlannedComparison> Comparisons);

public static class SweepExpansion
{
    /// <summary>
    /// Every combination once, cohort by cohort, so that comparisons finish one after the other and not all at the end.
    /// Each model's dense cohort comes first, since PIEs are differences from it and branches start from it; then the
    /// second dense cohort, for which the noise floor of a comparison waits, and the one of 4E epochs if it is
    /// requested.
    /// </summary>
    /// <param name="request">A request in which <see cref="SweepRules"/> found no fault.</param>
    public static PlannedSweep Expand(SweepRequest request, string datasetHash)
    {
        Method[] baselines = request.ComputeMatchedDense ? [Method.Dense, Method.Dense4E] : [Method.Dense];
        var cohorts =
            from model in request.Models!
            from pruning in baselines.Select(method => (method, sparsity: 0m)).Concat(
                from method in request.Methods!
                from sparsity in request.Sparsities ?? []
                select (method, sparsity))
            let dense = new Recipe(
                datasetHash, model.Architecture!.Value, model.Vectors, model.HyperparametersOrDefault,
                request.ProtocolOrDefault, Method.Dense, 0,
                Checkpoint: model.Checkpoint)
            let recipe = baselines.Contains(pruning.method)
                ? dense with { Method = pruning.method }
                : dense with { Method = pruning.method, Sparsity = pruning.sparsity, Scope = request.Scope }
            select (Model: model.NameOrDefault, Device: model.DeviceOrDefault, Recipe: recipe,
                Fingerprint: RecipeFingerprint.Of(recipe), Dense: RecipeFingerprint.Of(dense));

        var all = cohorts.ToList();
        return new PlannedSweep(
            [
                .. all.SelectMany(cohort => SeedsOf(cohort.Recipe), (cohort, seed) => (cohort, seed))
                    .Select((run, ordinal) => new PlannedRun(
                    ordinal, run.cohort.Model, run.cohort.Recipe, run.cohort.Fingerprint,
                    run.cohort.Recipe.Plan.SharedEpochs > 0 ? run.cohort.Dense : null, run.seed,
                    RunWish.Of(request, run.cohort.Recipe, run.seed), run.cohort.Device)),
            ],
            [
                .. (from cohort in all
                    where !baselines.Contains(cohort.Recipe.Method)
                    from baseline in baselines
                    from split in request.PredictSplitsOrDefault
                    select (cohort, baseline, split)).Select((pair, ordinal) => new PlannedComparison(
                    ordinal, pair.cohort.Model, pair.cohort.Recipe, pair.cohort.Fingerprint, pair.baseline,
                    RecipeFingerprint.Of(pair.cohort.Recipe.Dense with { Method = pair.baseline }), pair.split)),
            ]);

        IEnumerable<int> SeedsOf(Recipe recipe) =>
            Enumerable.Range(
                request.Seeds!.First,
                request.Seeds.Count + (recipe.Method == Method.Dense ? request.ExtraDenseSeeds : 0));
    }
}
