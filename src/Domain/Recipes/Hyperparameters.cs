using System.ComponentModel.DataAnnotations;

namespace PieService.Domain.Recipes;

/// <summary>How a model is trained; the defaults are a first look at a BiLSTM, not the study's values.</summary>
/// <param name="Epochs">E of the study: dense models train E epochs, iteratively pruned ones 4E.</param>
/// <param name="BatchSize">Examples per optimizer step.</param>
/// <param name="LearningRate">Adam's, constant. For a BERT give one: 2e-5 to 1e-4 are usual, with the default it unlearns what it knew.</param>
/// <param name="MaxLength">Tokens kept of a text (of a pair together), for BERT with [CLS] and each [SEP]; the rest is cut off.</param>
/// <param name="HiddenSize">LSTM units per direction; not for BERT.</param>
/// <param name="EmbeddingSize">Width of the trained embedding; only where there are no word vectors, and not for BERT.</param>
/// <param name="Padding">Of a BiLSTM in protocol paper.</param>
public sealed record Hyperparameters(
    [property: Range(1, 10_000)] int Epochs = 6,
    [property: Range(1, 65_536)] int BatchSize = 64,
    [property: Range(0.0, 10.0, MinimumIsExclusive = true)] double LearningRate = 0.001,
    [property: Range(1, 4_096)] int MaxLength = 128,
    [property: Range(1, 4_096)] int HiddenSize = 100,
    [property: Range(1, 4_096)] int EmbeddingSize = 100,
    Padding Padding = Padding.Zeros);
