using System.Diagnostics.Metrics;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker.Supervision;

namespace PieService.Worker.Tests.Supervision;

public sealed class RunTelemetryTests
{
    [Fact]
    public void The_tag_worker_is_the_machine_which_another_start_of_the_process_has_too()
    {
        // Read before the listener starts: instruments are announced while the fields of their class are still empty.
        var (workers, seconds) = (new List<string?>(), Telemetry.RunSeconds);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument == seconds) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var (name, value) in tags)
            {
                if (name == Telemetry.Worker) workers.Add((string?)value);
            }
        });
        listener.Start();
        var worker = new WorkerIdentity("lab-1-of-this-test-7-0123", "lab-of-this-test");
        var meter = new RunMeter(worker, TimeProvider.System);

        meter.Begin(new ClaimedRun(new RunLease(Guid.Empty, 1), new Run { Fingerprint = "f" }, For: null), "cuda:0")
            .Dispose();

        Assert.Contains("lab-of-this-test", workers);
        Assert.DoesNotContain("lab-1-of-this-test-7-0123", workers);
    }
}
