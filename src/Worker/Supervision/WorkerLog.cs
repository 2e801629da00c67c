using Microsoft.Extensions.Logging;
using PieService.Domain.Recipes;

namespace PieService.Worker.Supervision;

internal static partial class WorkerLog
{
    [LoggerMessage(1, LogLevel.Information, "Worker {Worker}: {Slots} slots on {Device}, {Threads} threads each")]
    public static partial void Ready(ILogger logger, string worker, int slots, string device, int threads);

    [LoggerMessage(2, LogLevel.Information, "Waiting for the database: {Reason}")]
    public static partial void WaitingForDatabase(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Information, "Run {Run}: {Method} {Sparsity} %, seed {Seed}, from epoch {Epoch}")]
    public static partial void Started(ILogger logger, Guid run, Method method, decimal sparsity, int seed, int epoch);

    [LoggerMessage(
        15, LogLevel.Information, "Run {Run}: the kept model of {Method} {Sparsity} %, seed {Seed}, predicts again")]
    public static partial void PredictsAgain(ILogger logger, Guid run, Method method, decimal sparsity, int seed);

    [LoggerMessage(11, LogLevel.Information, "Run {Run} succeeded")]
    public static partial void Succeeded(ILogger logger, Guid run);

    [LoggerMessage(12, LogLevel.Information, "Run {Run} is stopped: {Reason} ({Message})")]
    public static partial void Stopped(ILogger logger, Guid run, StopReason reason, string message);

    [LoggerMessage(13, LogLevel.Warning, "Run {Run} failed: {Reason}")]
    public static partial void Failed(ILogger logger, Guid run, string reason);

    [LoggerMessage(14, LogLevel.Warning, "Run {Run}: {Warning}")]
    public static partial void Warned(ILogger logger, Guid run, string warning);

    [LoggerMessage(16, LogLevel.Information, "Comparison {Comparison} is labelled after {Seconds:F1} s")]
    public static partial void Labelled(ILogger logger, Guid comparison, double seconds);

    [LoggerMessage(17, LogLevel.Information, "No work for {Seconds} s; the worker ends")]
    public static partial void Idle(ILogger logger, double seconds);

    [LoggerMessage(
        18, LogLevel.Warning,
        "Slot {Slot} on {Device} takes no runs for {Seconds} s, and then only if its arithmetic is right: {Reason}")]
    public static partial void SlotFailed(ILogger logger, int slot, string device, double seconds, string reason);

    [LoggerMessage(20, LogLevel.Warning, "The database is unavailable, training continues: {Reason}")]
    public static partial void DatabaseAway(ILogger logger, string reason);
}
