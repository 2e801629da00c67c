using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker.Runs;
using PieService.Worker.Trainers;

namespace PieService.Worker.Supervision;

/// <summary>Trains the first queued run, if there is one.</summary>
public sealed class TrainNextRun(
    TrainingSlots slots, RunClaim claim, LeaseKeeper keeper, RunPreparation preparation, TrainerPool trainers,
    RunReport report, FailedResources resources, RunMeter meter, IHostApplicationLifetime lifetime,
    ILogger<TrainNextRun> logger)
    : ITrainNextRun
{
    /// <param name="cancellation">Hangfire's token. It is ignored, since it also fires when a duplicate message is
    /// delivered elsewhere.</param>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        try
        {
            await slots.EnterAsync(lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        await WithSlotAsync();
    }

    /// <summary>Claims and trains a run in a slot that the caller has entered, and leaves the slot.</summary>
    internal async Task WithSlotAsync()
    {
        try
        {
            if (await claim.NextAsync(lifetime.ApplicationStopping) is { } claimed) await TrainAsync(claimed);
        }
        finally
        {
            slots.Leave();
        }
    }

    private async Task TrainAsync(ClaimedRun claimed)
    {
        var (lease, run, sweep) = claimed;
        using var telemetry = meter.Begin(claimed);
        using var ids = logger.BeginIds(run.Id, sweep?.Id, sweep?.Trace);
        using var held = keeper.Hold(lease);
        try
        {
            await TrainAsync(run, held, telemetry);
            WorkerLog.Succeeded(logger, run.Id);
        }
        catch (Exception failure)
        {
            var (reason, workerStops) = (held.Reason, lifetime.ApplicationStopping.IsCancellationRequested);
            var outcome = TrainingOutcome.Of(failure, reason, workerStops);
            if (outcome.WasStopped)
            {
                WorkerLog.Stopped(logger, run.Id, reason, outcome.Message);
            }
            else
            {
                WorkerLog.Failed(logger, run.Id, outcome.Message);
                resources.Note(failure);
            }
            telemetry.Ended(outcome);
            await report.OutcomeAsync(lease, outcome);
        }
    }

    private async Task TrainAsync(Run run, HeldRun held, RunTelemetry telemetry)
    {
        var assignment = await PrepareAsync(run, held);
        LogStart(run, assignment);
        var result = await trainers.TrainAsync(
            assignment,
            epoch =>
            {
                telemetry.EpochFinished(epoch);
                return report.EpochAsync(held, epoch);
            },
            warning => WorkerLog.Warned(logger, run.Id, warning),
            held.Stopped);
        using var span = Telemetry.Source.StartActivity("store result");
        await report.ResultAsync(held, assignment, result);
    }

    private async Task<TrainingAssignment> PrepareAsync(Run run, HeldRun held)
    {
        using var span = Telemetry.Source.StartActivity("prepare run");
        return await preparation.AssignAsync(run, held.Lease, held.Stopped);
    }

    private void LogStart(Run run, TrainingAssignment assignment)
    {
        if (assignment.Trained is not null)
        {
            WorkerLog.PredictsAgain(logger, run.Id, run.Method, run.Sparsity, run.Seed);
            return;
        }
        var done = assignment.Resume?.EpochsDone ?? assignment.Trunk?.EpochsDone ?? 0;
        WorkerLog.Started(logger, run.Id, run.Method, run.Sparsity, run.Seed, done);
    }
}
