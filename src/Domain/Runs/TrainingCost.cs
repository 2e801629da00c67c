using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Runs;

/// <summary>
/// The cost of a training, estimated before it: a rough guess from the sizes of the model and of its texts.
/// </summary>
/// <param name="files">Vectors and checkpoints that workers have. For a file that no worker has, the study's sizes are
/// assumed: 300 dimensions, bert-base.</param>
public sealed class TrainingCost(IEnumerable<ModelFile> files)
{
    /// <summary>
    /// Floating-point operations per second of one CPU thread in the training loop of a BiLSTM. `bench/` measures 120e9
    /// for the study's sizes (docs/machines.md); small models and batches reach a tenth of it.
    /// </summary>
    private const double FlopsPerSecond = 40e9;

    private static readonly ModelFile Glove = new(
        "", ModelKind.Vectors, Dimensions: 300, Layers: null, Parameters: 0, "");
    private static readonly ModelFile BertBase = new(
        "", ModelKind.Bert, Dimensions: 768, Layers: 12, Parameters: 109_482_240, "");

    private readonly ILookup<(ModelKind, string), ModelFile> files = files.Where(file => file.Error is null)
        .SelectMany(file => file.Names(), (file, name) => (Name: name, File: file))
        .ToLookup(named => (named.File.Kind, named.Name), named => named.File);

    /// <summary>
    /// Forward and backward are about 6 operations per weight and token (2 forward, 4 backward), without those of an
    /// embedding, and in BERT's attention 12 per width, layer and pair of tokens. Padding is not counted, except for a
    /// BiLSTM in protocol paper, which reads it like words.
    /// </summary>
    public double EpochSeconds(Recipe recipe, SplitSummary train)
    {
        var (words, maxLength) = (train.Tokens.Mean, recipe.Hyperparameters.MaxLength);
        if (recipe.Architecture == Architecture.BiLstm)
            return 6.0 * BiLstmWeights(recipe) * train.Examples
                * (recipe.Protocol == Protocol.Paper ? maxLength : Math.Min(words, maxLength)) / FlopsPerSecond;

        var (bert, tokens) = (CheckpointOf(recipe), Math.Min(words + 3, maxLength));        // [CLS] and two [SEP]
        double width = bert.Dimensions!.Value, layers = bert.Layers ?? 0;
        var weights = (12 * layers * width * width) + (width * width);
        return ((6 * weights) + (12 * layers * width * tokens)) * tokens * train.Examples / FlopsPerSecond;
    }

    /// <summary>Weights and Adam's two moments in float32, and one mask byte per weight.</summary>
    public long CheckpointBytes(Recipe recipe, SplitSummary train) =>
        (Weights(recipe) * ((3 * sizeof(float)) + 1)) + (EmbeddingWeights(recipe, train) * 3 * sizeof(float));

    /// <summary>Weights in float32, and one mask byte per weight.</summary>
    public long ModelBytes(Recipe recipe, SplitSummary train) =>
        (Weights(recipe) * (sizeof(float) + 1)) + (EmbeddingWeights(recipe, train) * sizeof(float));

    private long Weights(Recipe recipe) =>
        recipe.Architecture == Architecture.Bert ? CheckpointOf(recipe).Parameters!.Value : BiLstmWeights(recipe);

    /// <summary>The weights of the recurrent layers and the head, without the embedding.</summary>
    private long BiLstmWeights(Recipe recipe)
    {
        long h = recipe.Hyperparameters.HiddenSize;
        long d = recipe.Vectors is { } name
            ? (files[(ModelKind.Vectors, name)].FirstOrDefault() ?? Glove).Dimensions!.Value
            : recipe.Hyperparameters.EmbeddingSize;
        return (2 * ((4 * h * (d + h)) + (8 * h))) + (2 * ((4 * h * 3 * h) + (8 * h))) + (256 * ((2 * h) + 1))
            + (128 * 257);
    }

    /// <summary>
    /// The rows of a BiLSTM's trained embedding: the number of different words in N tokens by Heaps' law, 20 sqrt(N),
    /// which is an upper estimate.
    /// </summary>
    private static long EmbeddingWeights(Recipe recipe, SplitSummary train) =>
        recipe is { Architecture: Architecture.BiLstm, Vectors: null }
            ? (long)(20 * Math.Sqrt(train.Examples * train.Tokens.Mean)) * recipe.Hyperparameters.EmbeddingSize
            : 0;

    private ModelFile CheckpointOf(Recipe recipe) =>
        files[(ModelKind.Bert, recipe.Checkpoint ?? "")].FirstOrDefault() ?? BertBase;
}
