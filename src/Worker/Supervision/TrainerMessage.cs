using PieService.Domain.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>One line from a trainer to its supervisor; exactly one of these is given.</summary>
/// <param name="Epoch">An epoch is finished, its checkpoint on the disk.</param>
/// <param name="Result">The run is finished.</param>
/// <param name="Untrainable">The run cannot succeed; trying again would not help.</param>
/// <param name="Failure">The run broke; another attempt may succeed.</param>
/// <param name="Warning">Worth telling; the run goes on.</param>
/// <param name="IsAlive">The run makes progress.</param>
/// <param name="Arithmetic">What a comparison with plain arithmetic found, which a process makes instead of training.</param>
public sealed record TrainerMessage(
    EpochFinished? Epoch = null, TrainingResult? Result = null, string? Untrainable = null, string? Failure = null, string? Warning = null, bool IsAlive = false,
    ArithmeticReport? Arithmetic = null);
