using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>What a sweep would cost, answered to validateOnly.</summary>
/// <param name="EstimatedSeconds">On the slots of the workers that are alive (one, where none is).</param>
/// <param name="PredictionBytes">Packed predictions of the runs that must be trained, those after observed epochs included.</param>
/// <param name="CheckpointBytes">Most that trunks and checkpoints take at one time.</param>
/// <param name="ModelBytes">Files of the models that the sweep keeps and that are not kept already.</param>
public sealed record SweepPlan(
    int Runs, PlannedEpochs Epochs, double EstimatedSeconds, long PredictionBytes, long CheckpointBytes, long ModelBytes, int Comparisons);

/// <param name="Shared">Epochs of trunks and of runs that exist already.</param>
public sealed record PlannedEpochs(long Requested, long Shared, long ToTrain);

public static class TrainingCost
{
    /// <summary>
    /// Floating-point operations per second of one CPU thread in the training loop. A rough guess: `bench/` measures 44e9 for
    /// the study's sizes, small models and batches reach a tenth of it.
    /// </summary>
    public const double AssumedFlopsPerSecond = 15e9;

    /// <summary>Width of word vectors whose file the API has not seen.</summary>
    private const int AssumedVectorWidth = 300;

    /// <summary>
    /// Operations of one epoch: forward and backward are about 6 per weight and token (2 forward, 4 backward), pads left out,
    /// except in protocol paper, which reads them like words.
    /// </summary>
    public static double EpochFlops(Recipe recipe, SplitSummary train) => 6.0 * Parameters(recipe) * train.Examples *
        (recipe.Protocol == Protocol.Paper ? recipe.Hyperparameters.MaxLength : Math.Min(train.Tokens.Mean, recipe.Hyperparameters.MaxLength));

    /// <summary>Weights of the recurrent layers and the head (study 1.2), the embedding left out.</summary>
    public static long Parameters(Recipe recipe)
    {
        var hyper = recipe.Hyperparameters;
        long h = hyper.HiddenSize, d = recipe.Vectors is null ? hyper.EmbeddingSize : AssumedVectorWidth;
        return 2 * (4 * h * (d + h) + 8 * h) + 2 * (4 * h * 3 * h + 8 * h) + 256 * (2 * h + 1) + 128 * 257;
    }

    /// <summary>Weights and Adam's two moments in float32, and a mask byte each; with the embedding where that is trained.</summary>
    public static long CheckpointBytes(Recipe recipe, SplitSummary train) =>
        (Parameters(recipe) * (3 * sizeof(float) + 1)) + (recipe.Vectors is null ? Vocabulary(train) * recipe.Hyperparameters.EmbeddingSize * 3 * sizeof(float) : 0);

    /// <summary>Weights in float32 and a mask byte each; with the embedding where that is trained.</summary>
    public static long ModelBytes(Recipe recipe, SplitSummary train) =>
        (Parameters(recipe) * (sizeof(float) + 1)) + (recipe.Vectors is null ? Vocabulary(train) * recipe.Hyperparameters.EmbeddingSize * sizeof(float) : 0);

    /// <summary>Words of a text of N tokens by Heaps' law, 20 sqrt(N): rather too many than too few.</summary>
    private static long Vocabulary(SplitSummary train) => (long)(20 * Math.Sqrt(train.Examples * train.Tokens.Mean));
}
