using Microsoft.Extensions.Logging;

namespace PieService.Worker.Artifacts;

internal static partial class ArtifactLog
{
    [LoggerMessage(21, LogLevel.Warning, "Could not tidy the artifacts up, trying again later: {Reason}")]
    public static partial void NotSwept(ILogger logger, string reason);
}
