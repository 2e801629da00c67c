using PieService.Domain.Recipes;

namespace PieService.Worker.Runs;

/// <summary>Everything that a trainer needs for one run: it reads files and values, never the database.</summary>
/// <param name="TokensPath">The dataset, tokenised (<see cref="Text.TokenisedDataset"/>).</param>
/// <param name="VectorsPath">Word vectors reduced to the dataset's vocabulary; null if the embedding is
/// trained.</param>
/// <param name="OutputFolder">The folder for checkpoints and the result; it belongs to this attempt alone.</param>
/// <param name="Resume">This run's own last checkpoint, from an earlier attempt.</param>
/// <param name="Trunk">The dense run's checkpoint at the branching point. If it is missing or unusable, its epochs are
/// trained here.</param>
/// <param name="PredictSplits">The splits to predict.</param>
/// <param name="Keep">The wish to keep the trained model; null if the model is not kept.</param>
/// <param name="ObserveEpochs">The epochs (0-based) after which the training split is predicted; null means no
/// epochs.</param>
/// <param name="PretrainedFolder">The folder of the checkpoint that a BERT starts from; null for other models.</param>
/// <param name="Trained">The run's trained model, which then only predicts; null if the run is trained.</param>
/// <param name="MicroBatch">The number of examples that are computed at once, if memory is too small for a batch; null
/// for whole batches.</param>
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
    KeptModelTarget? Keep = null,
    IReadOnlyList<int>? ObserveEpochs = null,
    string? PretrainedFolder = null,
    TrainedFile? Trained = null,
    int? MicroBatch = null);

/// <summary>A trained model as it is kept, or the checkpoint after its last epoch.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Sha256">The hash of the file's bytes, lower-case hex.</param>
public sealed record TrainedFile(string Path, string Sha256);

/// <summary>The path for the trained model, and the part of its provenance that a trainer does not have.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Labels">The names of the classes, in their order.</param>
/// <param name="Versions">The versions of the worker and its libraries.</param>
public sealed record KeptModelTarget(string Path, IReadOnlyList<string> Labels, string Versions);

/// <param name="Path">The absolute path.</param>
/// <param name="Sha256">The hash of the file's bytes, lower-case hex.</param>
/// <param name="EpochsDone">The finished epochs in the file, including those of the trunk.</param>
public sealed record CheckpointFile(string Path, string Sha256, int EpochsDone);
