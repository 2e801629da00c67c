namespace PieService.Api.Database;

internal static partial class DatabaseLog
{
    [LoggerMessage(100, LogLevel.Information, "Created a private PostgreSQL in {Folder}")]
    public static partial void ClusterInitialized(this ILogger logger, string folder);

    [LoggerMessage(101, LogLevel.Information,
        "PostgreSQL in {Folder} accepts connections on port {Port} (process {ProcessId})")]
    public static partial void ClusterStarted(this ILogger logger, string folder, int port, int? processId);

    [LoggerMessage(102, LogLevel.Information,
        "PostgreSQL in {Folder} was still running on port {Port} (process {ProcessId}); this API owns it now")]
    public static partial void ClusterAdopted(this ILogger logger, string folder, int port, int? processId);

    [LoggerMessage(103, LogLevel.Warning, "PostgreSQL in {Folder} has died; restarting it")]
    public static partial void ClusterDied(this ILogger logger, string folder);

    [LoggerMessage(104, LogLevel.Error, "PostgreSQL could not be restarted; the service will retry")]
    public static partial void ClusterRestartFailed(this ILogger logger, Exception failure);

    [LoggerMessage(106, LogLevel.Information,
        "PostgreSQL in {Folder} has been starting for {Minutes} min: it recovers from a crash")]
    public static partial void ClusterRecovers(this ILogger logger, string folder, int minutes);

    [LoggerMessage(105, LogLevel.Information, "PostgreSQL in {Folder} has stopped")]
    public static partial void ClusterStopped(this ILogger logger, string folder);
}
