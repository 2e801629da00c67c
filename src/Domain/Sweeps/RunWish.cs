using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>
/// What a sweep wants of one of its runs. It is resolved here, when the sweep is submitted, and stored with the sweep's
/// link to the run; SQL compares it with the columns of the run, and never reads the request.
/// </summary>
/// <param name="Splits">The splits that it predicts: those that the sweep compares, and test.</param>
/// <param name="Epochs">
/// Epochs (from 0) after which it keeps its predictions on the training split, ascending: of dense runs of the sweep's
/// own seeds only, since EL2N is of those.
/// </param>
/// <param name="Model">Whether the trained model is kept.</param>
public sealed record RunWish(IReadOnlyList<Split> Splits, IReadOnlyList<int> Epochs, bool Model)
{
    /// <param name="request">A request in which <see cref="SweepRules"/> found no fault.</param>
    /// <param name="recipe">A recipe to which the request expands.</param>
    public static RunWish Of(SweepRequest request, Recipe recipe, int seed) => new(
        [.. request.PredictSplitsOrDefault.Append(Split.Test).Distinct()],
        Observes(request, recipe, seed) ? EpochsOf(request, recipe.Hyperparameters.Epochs) : [],
        request.KeepModels == KeepModels.Last);

    /// <summary>Extra dense seeds, which follow the others, are used for the noise floor alone.</summary>
    private static bool Observes(SweepRequest request, Recipe recipe, int seed) =>
        recipe.Method == Method.Dense && seed < (long)request.Seeds!.First + request.Seeds.Count;

    private static IReadOnlyList<int> EpochsOf(SweepRequest request, int epochs) =>
        request.ObservationEpochs is { } asked
            ? [.. asked.Where(epoch => epoch < epochs).Distinct().Order()]
            : PublishedObservations.Epochs(epochs);
}
