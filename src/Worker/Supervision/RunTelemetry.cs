using System.Diagnostics;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker.Runs;

namespace PieService.Worker.Supervision;

/// <summary>Begins the measurement of a run.</summary>
public sealed class RunMeter(WorkerIdentity worker, TimeProvider time)
{
    /// <summary>
    /// The metrics have the machine as the tag worker: each start of a process has another identity, and a collector
    /// would keep the series of all of them.
    /// </summary>
    /// <param name="device">The name of the device of the run, such as cuda:0.</param>
    internal RunTelemetry Begin(ClaimedRun claimed, string device) => new(claimed, worker.Machine, device, time);
}

/// <summary>
/// The span and the metrics of one run while this worker holds it. The span continues the trace of the request that
/// created the sweep.
/// </summary>
internal sealed class RunTelemetry : IDisposable
{
    private readonly Activity? span;
    private readonly Run run;
    private readonly string worker, device;
    private readonly TimeProvider time;
    private readonly long start;
    private string outcome = "succeeded";

    public RunTelemetry(ClaimedRun claimed, string worker, string device, TimeProvider time)
    {
        (run, this.worker, this.device, this.time) = (claimed.Run, worker, device, time);
        start = time.GetTimestamp();
        span = Telemetry.Source.StartActivity("train run", ActivityKind.Consumer, claimed.For?.Context ?? default);
        span?.SetTag(Telemetry.Run, run.Id).SetTag(Telemetry.Sweep, claimed.For?.Id)
            .SetTag("pie.method", Wire.Name(run.Method)).SetTag("pie.sparsity", run.Sparsity)
            .SetTag("pie.seed", run.Seed).SetTag("pie.lease_epoch", claimed.Lease.Epoch);
    }

    public void EpochFinished(EpochFinished epoch)
    {
        TagList tags = new()
        {
            { Telemetry.Worker, worker }, { Telemetry.Device, device },
            { Telemetry.Architecture, Wire.Name(run.Recipe!.Architecture) },
        };
        Telemetry.Epochs.Add(1, tags);
        Telemetry.Tokens.Add(epoch.Tokens, tags);
        Telemetry.EpochSeconds.Record(epoch.Seconds, tags);
        span?.AddEvent(new ActivityEvent("epoch", tags: new ActivityTagsCollection
        {
            ["pie.epoch"] = epoch.Epoch,
            ["pie.seconds"] = epoch.Seconds,
        }));
    }

    public void Ended(TrainingOutcome ended)
    {
        outcome = ended.WasStopped ? "stopped" : "failed";
        if (!ended.WasStopped) span?.SetStatus(ActivityStatusCode.Error, ended.Message);
        else span?.SetTag("pie.stopped", ended.Message);
    }

    public void Dispose()
    {
        Telemetry.RunSeconds.Record(
            time.GetElapsedTime(start).TotalSeconds, new(Telemetry.Outcome, outcome), new(Telemetry.Worker, worker));
        span?.Dispose();
    }
}
