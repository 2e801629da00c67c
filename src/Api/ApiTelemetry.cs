using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PieService.Api.Dispatch;
using PieService.Domain;
using PieService.Hosting;

namespace PieService.Api;

/// <summary>The telemetry of the API; docs/deploying.md describes the settings.</summary>
public static class ApiTelemetry
{
    public const string Setting = "PIE_METRICS", Path = "/metrics";

    /// <exception cref="FormatException">PIE_METRICS is neither true nor false.</exception>
    public static void AddApiTelemetry(this WebApplicationBuilder host)
    {
        var collects = host.AddTelemetry(
            "pie-api", $"{Environment.MachineName}-{Environment.ProcessId}",
            IsServed(host.Configuration) ? metrics => metrics.AddPrometheusExporter() : null,
            traces => traces.AddAspNetCoreInstrumentation(http => http.Filter = IsTraced));
        if (collects) host.Services.AddHostedService<QueueMetrics>();
    }

    /// <summary>
    /// The metrics for Prometheus, if they are wanted. As every endpoint without a rule of its own, it requires the
    /// role of a reader where keys are required.
    /// </summary>
    public static void MapMetrics(this WebApplication app)
    {
        if (IsServed(app.Configuration)) app.MapPrometheusScrapingEndpoint(Path);
    }

    private static bool IsServed(IConfiguration configuration) =>
        Settings.Flag(name => configuration[name], Setting);

    /// <summary>Requests that probe the service every few seconds are not traced.</summary>
    private static bool IsTraced(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments(Path);
}
