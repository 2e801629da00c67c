using PieService.Domain.Runs;
using PieService.Worker.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Trainers;

/// <summary>One line from a trainer to its supervisor; exactly one of these values is set.</summary>
/// <param name="Epoch">An epoch is finished; if it has a checkpoint, the file is on the disk.</param>
/// <param name="Result">The run is finished; the messages before it have its predictions.</param>
/// <param name="Untrainable">The run cannot succeed; another attempt would not help.</param>
/// <param name="Failure">The run failed; another attempt may succeed.</param>
/// <param name="Warning">A warning for the log; the run continues.</param>
/// <param name="IsAlive">The run makes progress.</param>
/// <param name="Arithmetic">The result of the comparison with plain arithmetic; a process that sends it was started for
/// the comparison and not for training.</param>
/// <param name="OutOfMemory">The run failed because memory ran out; with fewer examples at once it may succeed.</param>
/// <param name="Note">A note for the run; it continues.</param>
/// <param name="Predictions">The predictions of a finished run for a split. Those of several splits may be too large
/// for one line.</param>
public sealed record TrainerMessage(
    EpochFinished? Epoch = null, TrainingResult? Result = null, string? Untrainable = null, string? Failure = null,
    string? Warning = null, bool IsAlive = false,
    ArithmeticReport? Arithmetic = null, string? OutOfMemory = null, string? Note = null,
    SplitPredictions? Predictions = null);
