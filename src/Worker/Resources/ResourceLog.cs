using Microsoft.Extensions.Logging;

namespace PieService.Worker.Resources;

internal static partial class ResourceLog
{
    [LoggerMessage(22, LogLevel.Warning, "{Path} cannot be used: {Reason}")]
    public static partial void ModelUnusable(ILogger logger, string path, string reason);

    [LoggerMessage(23, LogLevel.Error, "{Path} cannot be used")]
    public static partial void ModelFailed(ILogger logger, Exception failure, string path);

    [LoggerMessage(
        25, LogLevel.Information, "{Path} was not used for the longest time and is removed from the cache")]
    public static partial void RemovedFromCache(ILogger logger, string path);

    [LoggerMessage(24, LogLevel.Error, "A check of {Service} failed; the next check follows")]
    public static partial void LookFailed(ILogger logger, Exception failure, string service);
}
