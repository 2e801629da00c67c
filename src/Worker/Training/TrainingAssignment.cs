using PieService.Domain.Recipes;

namespace PieService.Worker.Training;

/// <summary>All that a trainer needs to know of one run: it sees files and values, never the database.</summary>
/// <param name="TokensPath">The dataset, tokenised (<see cref="Text.TokenisedDataset"/>).</param>
/// <param name="VectorsPath">Word vectors reduced to the dataset's vocabulary; null: the embedding is trained.</param>
/// <param name="OutputFolder">Where checkpoints and the result go; it belongs to this attempt alone.</param>
/// <param name="Resume">This run's own last checkpoint, from an earlier attempt.</param>
/// <param name="Trunk">The dense run's checkpoint at the branching point; unusable or absent, its epochs are trained here.</param>
/// <param name="PredictSplits">Splits whose predictions are wanted.</param>
/// <param name="Keep">Null: the trained model is not kept.</param>
/// <param name="ObserveEpochs">Epochs (0-based) after which the answers to the training split are wanted; null: none.</param>
/// <param name="PretrainedFolder">Of the checkpoint that a BERT starts from; null: the model is none.</param>
/// <param name="Trained">The run's trained model, which only predicts; null: it is trained.</param>
public sealed record TrainingAssignment(
    Guid RunId,
    Recipe Recipe,
    int Seed,
    string TokensPath,
    string? VectorsPath,
    string OutputFolder,
    CheckpointFile? Resume,
    CheckpointFile? Trunk,
    IReadOnlyList<string> PredictSplits,
    ModelWish? Keep = null,
    IReadOnlyList<int>? ObserveEpochs = null,
    string? PretrainedFolder = null,
    TrainedFile? Trained = null);

/// <summary>A trained model as it is kept, or the checkpoint after its last epoch.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Sha256">Lower-case hex of the file's bytes.</param>
public sealed record TrainedFile(string Path, string Sha256);

/// <summary>Where the trained model is to lie, and what of its provenance a trainer does not know.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Labels">Names of the classes, in their order.</param>
/// <param name="Versions">Of the worker and its libraries.</param>
public sealed record ModelWish(string Path, IReadOnlyList<string> Labels, string Versions);

/// <param name="Path">Absolute.</param>
/// <param name="Sha256">Lower-case hex of the file's bytes.</param>
/// <param name="EpochsDone">Finished epochs that the file holds, those of the trunk included.</param>
public sealed record CheckpointFile(string Path, string Sha256, int EpochsDone);
