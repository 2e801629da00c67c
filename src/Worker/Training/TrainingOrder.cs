using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>
/// All chance of a training: each is a function of (seed, purpose, epoch or step), never of what was drawn before, so an
/// epoch can be repeated by itself. Tests give their own functions instead.
/// </summary>
/// <param name="InitSeed">Seeds torch before the model is made.</param>
/// <param name="TorchSeed">Seeds torch at the start of an epoch (0-based).</param>
/// <param name="Batches">The batches of an epoch, as positions in the training split.</param>
/// <param name="ImpactSample">The training examples whose gradient decides at a pruning step (from 1).</param>
/// <param name="ImpactSeed">Seeds torch before that gradient, which dropout takes part in by protocol paper.</param>
/// <param name="InitialWeights">Values of every parameter by its name, row-major; null: torch's default initialisation.</param>
public sealed record TrainingOrder(
    long InitSeed, Func<int, long> TorchSeed, Func<int, IReadOnlyList<int[]>> Batches, Func<int, int[]> ImpactSample, Func<int, long> ImpactSeed,
    IReadOnlyDictionary<string, float[]>? InitialWeights = null)
{
    /// <summary>"100 examples" of the study.</summary>
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
