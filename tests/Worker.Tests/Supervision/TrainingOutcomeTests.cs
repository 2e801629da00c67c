using PieService.Domain.Runs;
using PieService.Worker.Resources;
using PieService.Worker.Supervision;
using PieService.Worker.Trainers;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Supervision;

public class TrainingOutcomeTests
{
    public static TheoryData<Exception, RowChange> Failures => new()
    {
        { new WorkerUnfitException("It is missing.", ModelKind.Bert, "tiny"), RowChange.Yield },
        { new InsufficientMemoryException("Too little is free."), RowChange.Yield },
        { new MemoryExhaustedException("CUDA out of memory."), RowChange.Yield },
        { new UntrainableException("It diverged."), RowChange.Fail },
        { new WorkerFailedException("No device.", new IOException()), RowChange.Yield },
        { new TrainerFailedException("It was killed."), RowChange.Retry },
        { new IOException("The disk is full."), RowChange.Retry },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void The_kind_of_a_failure_decides_whether_the_run_is_retried(Exception failure, RowChange change) =>
        Assert.Equal(new(change, false, failure.Message), TrainingOutcome.Of(failure, StopReason.None, false));

    [Theory]
    [InlineData(StopReason.CancelRequested, false)]
    [InlineData(StopReason.PauseRequested, false)]
    [InlineData(StopReason.WorkerStopping, true)]
    [InlineData(StopReason.None, true)]
    public void A_failure_of_a_run_that_is_being_stopped_does_not_count(
        StopReason reason, bool workerStops) => Assert.Equal(
        new(RowChange.Yield, true, "It diverged."),
        TrainingOutcome.Of(new UntrainableException("It diverged."), reason, workerStops));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_row_of_a_lost_lease_is_not_changed(bool workerStops) => Assert.Equal(
        new(RowChange.None, true, "The disk is full."),
        TrainingOutcome.Of(new IOException("The disk is full."), StopReason.LeaseLost, workerStops));
}
