using System.ComponentModel.DataAnnotations;

namespace PieService.Domain.Recipes;

/// <summary>
/// How a model is trained. The defaults suit a first look at a BiLSTM; they are not the study's values.
/// </summary>
/// <param name="Epochs">E of the study: dense models train E epochs, iteratively pruned ones 4E.</param>
/// <param name="BatchSize">Examples per optimizer step.</param>
/// <param name="LearningRate">Constant, for Adam. Set 2e-5 to 1e-4 for a BERT; the default is too large.</param>
/// <param name="MaxLength">Tokens that are kept of a text or pair, for BERT with [CLS] and [SEP].</param>
/// <param name="HiddenSize">LSTM units per direction; not for BERT.</param>
/// <param name="EmbeddingSize">Width of the trained embedding; only without word vectors, and not for BERT.</param>
/// <param name="Padding">The padding of a BiLSTM in protocol paper.</param>
public sealed record Hyperparameters(
    [property: Range(1, 10_000)] int Epochs = 6,
    [property: Range(1, 65_536)] int BatchSize = 64,
    [property: Range(0.0, 10.0, MinimumIsExclusive = true)] double LearningRate = 0.001,
    [property: Range(1, 4_096)] int MaxLength = 128,
    [property: Range(1, 4_096)] int HiddenSize = 100,
    [property: Range(1, 4_096)] int EmbeddingSize = 100,
    Padding Padding = Padding.Zeros);
