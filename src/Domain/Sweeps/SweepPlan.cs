namespace PieService.Domain.Sweeps;

/// <summary>What a sweep would cost, answered to validateOnly.</summary>
/// <param name="EstimatedSeconds">On the slots of the workers that are alive (one, where none is).</param>
/// <param name="PredictionBytes">Packed predictions of the runs that must be trained, those after observed epochs included.</param>
/// <param name="CheckpointBytes">Most that trunks and checkpoints take at one time.</param>
/// <param name="ModelBytes">Files of the models that the sweep keeps and that are not kept already.</param>
/// <param name="WaitingFor">Why its runs would not begin now; empty where some worker would take one, or none must be trained.</param>
public sealed record SweepPlan(
    int Runs, PlannedEpochs Epochs, double EstimatedSeconds, long PredictionBytes, long CheckpointBytes, long ModelBytes, int Comparisons,
    IReadOnlyList<string> WaitingFor);

/// <param name="Shared">Epochs of trunks and of runs that exist already.</param>
public sealed record PlannedEpochs(long Requested, long Shared, long ToTrain);
