namespace PieService.Domain.Sweeps;

/// <summary>The cost of a sweep: the response to validateOnly.</summary>
/// <param name="EstimatedSeconds">Time with the slots of the live workers, or with one slot if there are none.</param>
/// <param name="PredictionBytes">Packed predictions of the runs to train, also those after observed epochs.</param>
/// <param name="CheckpointBytes">The largest size of trunks and checkpoints at one time.</param>
/// <param name="ModelBytes">Files of the models that the sweep keeps and that are not kept yet.</param>
/// <param name="WaitingFor">Why its runs would not start now; empty if they would, or if none must be trained.</param>
public sealed record SweepPlan(
    int Runs, PlannedEpochs Epochs, double EstimatedSeconds, long PredictionBytes, long CheckpointBytes, long ModelBytes, int Comparisons,
    IReadOnlyList<string> WaitingFor);

/// <param name="Shared">Epochs of trunks and of runs that exist already.</param>
public sealed record PlannedEpochs(long Requested, long Shared, long ToTrain);
