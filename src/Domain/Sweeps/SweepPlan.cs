namespace PieService.Domain.Sweeps;

/// <summary>The estimated cost of a sweep, which planSweep returns.</summary>
/// <param name="Runs">The number of runs of the sweep, including those that exist.</param>
/// <param name="Epochs">The numbers of epochs.</param>
/// <param name="EstimatedSeconds">
/// The estimated duration in seconds on the slots of the live workers, or on one slot if there are none.
/// </param>
/// <param name="PredictionBytes">
/// The size of the packed predictions of the runs that must be trained, in bytes, including those after observed
/// epochs.
/// </param>
/// <param name="LabelBytes">
/// The size of the labels of all comparisons in the database, in bytes: a row for each example of each comparison.
/// </param>
/// <param name="CheckpointBytes">The largest size of trunks and checkpoints at any one time, in bytes.</param>
/// <param name="ModelBytes">
/// The size of the model files that the sweep keeps and that are not kept already, in bytes.
/// </param>
/// <param name="Comparisons">The number of comparisons of the sweep.</param>
/// <param name="WaitingFor">
/// The reasons why its runs would not start now; empty if some worker would take one, or if no run must be trained.
/// </param>
/// <param name="Detectable">
/// What the seeds can show about the examples; null if the sweep has no comparisons.
/// </param>
public sealed record SweepPlan(
    int Runs, PlannedEpochs Epochs, double EstimatedSeconds, long PredictionBytes, long LabelBytes,
    long CheckpointBytes, long ModelBytes, int Comparisons,
    IReadOnlyList<string> WaitingFor, Detectable? Detectable);

/// <param name="Requested">The number of epochs of all runs of the sweep.</param>
/// <param name="Shared">The number of epochs of trunks and of runs that exist already.</param>
/// <param name="ToTrain">The number of epochs that must be trained.</param>
public sealed record PlannedEpochs(long Requested, long Shared, long ToTrain);
