using Microsoft.Extensions.Logging;

namespace PieService.Hosting;

/// <summary>
/// The ids that every record within a scope has. A message that has a placeholder of one of these names has the id
/// too.
/// </summary>
public static class LogScope
{
    public const string Run = "Run", Sweep = "Sweep", Trace = "Trace";

    /// <param name="trace">The trace id; it is used where no activity is recorded.</param>
    public static IDisposable? BeginIds(this ILogger logger, Guid? run, Guid? sweep, string? trace)
    {
        var ids = new List<KeyValuePair<string, object?>>(3);
        if (run is { } runId) ids.Add(new(Run, runId));
        if (sweep is { } sweepId) ids.Add(new(Sweep, sweepId));
        if (trace is not null) ids.Add(new(Trace, trace));
        return logger.BeginScope(ids);
    }
}
