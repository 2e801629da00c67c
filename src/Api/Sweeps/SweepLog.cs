namespace PieService.Api.Sweeps;

internal static partial class SweepLog
{
    [LoggerMessage(
        500, LogLevel.Information, "'{Name}' is submitted: {Runs} runs, {Comparisons} comparisons ({Sweep})")]
    public static partial void Submitted(ILogger logger, Guid sweep, string name, int runs, int comparisons);
}
