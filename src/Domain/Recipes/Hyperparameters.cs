using System.ComponentModel.DataAnnotations;

namespace PieService.Domain.Recipes;

/// <summary>
/// The hyperparameters of the training of a model. The defaults are for a first experiment with a BiLSTM and are not
/// the values of the study.
/// </summary>
/// <param name="Epochs">
/// The number of epochs, E in the study: dense models are trained for E epochs, iteratively pruned models for 4E.
/// </param>
/// <param name="BatchSize">The number of examples per optimizer step.</param>
/// <param name="LearningRate">
/// The constant learning rate of Adam. Set it for a BERT, usually to 2e-5 to 1e-4: the default would destroy the
/// pretrained weights.
/// </param>
/// <param name="MaxLength">
/// The number of tokens of a text, or of a pair together, after which the rest is cut off; for BERT including [CLS] and
/// each [SEP].
/// </param>
/// <param name="HiddenSize">The number of LSTM units per direction; not for BERT.</param>
/// <param name="EmbeddingSize">The width of the trained embedding; only without word vectors, and not for BERT.</param>
/// <param name="Padding">The padding of a BiLSTM with the protocol paper.</param>
/// <param name="Precision">
/// The numbers of the matrix products: tf32 needs the device cuda, and bf16 is for BERT.
/// </param>
public sealed record Hyperparameters(
    [property: Range(1, 10_000)] int Epochs = 6,
    [property: Range(1, 65_536)] int BatchSize = 64,
    [property: Range(0.0, 10.0, MinimumIsExclusive = true)] double LearningRate = 0.001,
    [property: Range(1, 4_096)] int MaxLength = 128,
    [property: Range(1, 4_096)] int HiddenSize = 100,
    [property: Range(1, 4_096)] int EmbeddingSize = 100,
    Padding Padding = Padding.Zeros,
    Precision Precision = Precision.Fp32);
