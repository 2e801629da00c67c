using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;
using PieService.Hosting;
using PieService.Worker.Machines;

namespace PieService.Worker.Resources;

/// <summary>
/// Reads the state of this worker's GPUs for its heartbeats. It has its own loop, since a driver that hangs must not
/// delay them.
/// </summary>
public sealed class DeviceWatch(WorkerSettings settings, TimeProvider time, ILogger<DeviceWatch> logger)
    : RepeatingService(TimeSpan.FromSeconds(10), time)
{
    /// <summary>The devices, with the state of each GPU at the last look.</summary>
    public IReadOnlyList<ComputeDevice> Devices { get; private set; } = settings.Report([]);

    public override async Task LookAsync(CancellationToken cancellation)
    {
        if (settings.IsGpu) Devices = settings.Report(await Task.Run(NvidiaSmi.List, cancellation));
    }

    protected override void Log(Exception failure) => ResourceLog.LookFailed(logger, failure, nameof(DeviceWatch));
}
