using PieService.Domain.Storage;
using PieService.Worker.Supervision;

namespace PieService.Worker.Tests.Supervision;

public sealed class HeldRunTests
{
    private static readonly RunLease Lease = new(Guid.NewGuid(), 1);

    [Fact]
    public async Task A_run_is_stopped_without_waiting_for_the_end_of_its_trainer()
    {
        using var trainerEnds = new ManualResetEventSlim();
        var ended = new TaskCompletionSource();
        var run = new HeldRun(Lease, _ => { });
        using var trainer = run.Stopped.Register(() =>
        {
            trainerEnds.Wait();
            ended.SetResult();
        });
        try
        {
            await Task.Run(() => run.Stop(StopReason.PauseRequested)).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.True(run.Stopped.IsCancellationRequested);
            run.Dispose();
        }
        finally
        {
            trainerEnds.Set();
        }
        await ended.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Only_the_first_reason_counts_and_none_after_the_end()
    {
        var released = new List<HeldRun>();
        var run = new HeldRun(Lease, released.Add);
        run.Stop(StopReason.PauseRequested);
        run.Stop(StopReason.WorkerStopping);
        run.Dispose();
        Assert.Equal((StopReason.PauseRequested, run), (run.Reason, Assert.Single(released)));

        var over = new HeldRun(Lease, released.Add);
        over.Dispose();
        over.Stop(StopReason.LeaseLost);
        Assert.Equal(StopReason.None, over.Reason);
    }
}
