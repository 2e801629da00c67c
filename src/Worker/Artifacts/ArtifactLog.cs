using Microsoft.Extensions.Logging;

namespace PieService.Worker.Artifacts;

internal static partial class ArtifactLog
{
    [LoggerMessage(21, LogLevel.Warning, "The artifact folder cannot be cleaned up, a retry follows: {Reason}")]
    public static partial void NotSwept(ILogger logger, string reason);
}
