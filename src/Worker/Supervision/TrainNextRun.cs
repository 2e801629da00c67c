using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;
using PieService.Hosting;
using PieService.Worker.Machines;
using PieService.Worker.Runs;
using PieService.Worker.Trainers;

namespace PieService.Worker.Supervision;

/// <summary>Trains the first queued run, if there is one.</summary>
public sealed class TrainNextRun(
    TrainingSlots slots, RunClaim claim, LeaseKeeper keeper, RunPreparation preparation, TrainerPool trainers,
    RunReport report, FailedResources resources, SlotRecovery recovery, DeviceMemory memory, RunMeter meter,
    IHostApplicationLifetime lifetime, ILogger<TrainNextRun> logger)
    : ITrainNextRun
{
    private readonly RunReport report = report;
    private readonly ILogger<TrainNextRun> logger = logger;

    /// <param name="cancellation">Hangfire's token. It is ignored, since it also fires when a duplicate message is
    /// delivered elsewhere.</param>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        int slot;
        try
        {
            slot = await slots.EnterAsync(lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        await WithSlotAsync(slot);
    }

    /// <summary>Claims and trains a run in a slot that the caller has entered, and leaves the slot.</summary>
    internal async Task WithSlotAsync(int slot)
    {
        try
        {
            if (await claim.NextAsync(slot, lifetime.ApplicationStopping) is { } claimed) await TrainAsync(claimed);
        }
        finally
        {
            slots.Leave(slot);
        }
    }

    private async Task TrainAsync(SlotRun placed)
    {
        var (lease, run, sweep) = placed.Claimed;
        using var telemetry = meter.Begin(placed.Claimed, memory.NameOf(placed.Slot));
        using var ids = logger.BeginIds(run.Id, sweep?.Id, sweep?.Trace);
        using var held = keeper.Hold(lease);
        try
        {
            trainers.EndIdle(placed.NotBeside);
            await TrainAsync(placed, held, telemetry);
            WorkerLog.Succeeded(logger, run.Id);
            recovery.Note(placed.Slot, failure: null);
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
                recovery.Note(placed.Slot, failure);
            }
            telemetry.Ended(outcome);
            await report.OutcomeAsync(lease, outcome);
        }
    }

    private async Task TrainAsync(SlotRun placed, HeldRun held, RunTelemetry telemetry)
    {
        var (run, slot) = (placed.Claimed.Run, placed.Slot);
        var device = memory.KindOf(slot);
        var assignment = await PrepareAsync(run, held, device);
        LogStart(run, assignment);
        try
        {
            var result = await trainers.TrainAsync(
                slot, assignment, placed.NotBeside.Count > 0, new Listener(this, run, held, telemetry), held.Stopped);
            using var span = Telemetry.Source.StartActivity("store result");
            // A trainer sees its GPU as the only one, cuda:0.
            await report.ResultAsync(held, assignment, device, result with { Device = memory.NameOf(slot) });
        }
        catch (MemoryExhaustedException exhausted)
        {
            await report.ExhaustedAsync(held, assignment, device, exhausted);
            throw;
        }
    }

    private sealed class Listener(TrainNextRun training, Run run, HeldRun held, RunTelemetry telemetry)
        : ITrainingReport
    {
        public Task EpochAsync(EpochFinished epoch)
        {
            telemetry.EpochFinished(epoch);
            return training.report.EpochAsync(held, epoch);
        }

        public Task NoteAsync(string note) => training.report.NoteAsync(held, note);

        public void Warn(string warning) => WorkerLog.Warned(training.logger, run.Id, warning);
    }

    private async Task<TrainingAssignment> PrepareAsync(Run run, HeldRun held, string device)
    {
        using var span = Telemetry.Source.StartActivity("prepare run");
        return await preparation.AssignAsync(run, held.Lease, device, held.Stopped);
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
