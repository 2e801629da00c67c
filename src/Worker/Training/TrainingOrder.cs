using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>
/// All randomness of a training. Each value is a function of (seed, purpose, epoch or step) and never of earlier draws,
/// so an epoch can be repeated alone. Tests use their own functions instead.
/// </summary>
/// <param name="InitSeed">The seed of torch before the model is made.</param>
/// <param name="TorchSeed">The seed of torch at the start of an epoch (0-based).</param>
/// <param name="Batches">The batches of an epoch, as positions in the training split.</param>
/// <param name="ImpactSample">The training examples whose gradient is used at a pruning step (from 1).</param>
/// <param name="ImpactSeed">The seed of torch before that gradient, for dropout in protocol paper.</param>
/// <param name="InitialWeights">The values of every parameter by name, row-major; null for torch's default
/// initialisation.</param>
public sealed record TrainingOrder(
    long InitSeed, Func<int, long> TorchSeed, Func<int, IReadOnlyList<int[]>> Batches, Func<int, int[]> ImpactSample,
    Func<int, long> ImpactSeed,
    IReadOnlyDictionary<string, float[]>? InitialWeights = null)
{
    /// <summary>The number of examples for a gradient: the study's "100 examples".</summary>
    private const int ImpactExamples = 100;

    public static TrainingOrder Keyed(Recipe recipe, int seed, TokenisedSplit train) => new(
        (long)KeyedRandom.Seed(seed, "init"),
        epoch => (long)KeyedRandom.Seed(seed, "torch", epoch),
        epoch => recipe.Protocol switch
        {
            Protocol.Sound => BatchOrder.ForTraining(train, recipe.Hyperparameters.BatchSize, seed, epoch),
            Protocol.Paper => BatchOrder.Shuffled(train, recipe.Hyperparameters.BatchSize, seed, epoch),
        },
        step => KeyedRandom.For(seed, "impact", step).Permutation(train.Count)[..Math.Min(ImpactExamples, train.Count)],
        step => (long)KeyedRandom.Seed(seed, "impactTorch", step));
}
