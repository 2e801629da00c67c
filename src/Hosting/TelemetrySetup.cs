using System.Reflection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PieService.Hosting;

/// <summary>
/// OpenTelemetry for the hosts of both programs. Where no setting asks for it, nothing is registered and nothing is
/// measured.
/// </summary>
public static class TelemetrySetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] EndpointsOfSignals =
    [
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ];

    /// <summary>
    /// Sends metrics, traces and logs by OTLP if OpenTelemetry's variable names an endpoint.
    /// </summary>
    /// <param name="service">service.name of the resource.</param>
    /// <param name="instance">service.instance.id of the resource.</param>
    /// <param name="forPrometheus">Adds a reader of metrics for Prometheus; null if there is none.</param>
    /// <param name="traces">Adds the sources of spans that only this program has.</param>
    /// <returns>Whether anything is collected.</returns>
    /// <exception cref="FormatException">
    /// A signal has an endpoint and the others have none: the exporter would send them to localhost.
    /// </exception>
    public static bool AddTelemetry(
        this IHostApplicationBuilder host, string service, string instance,
        Action<MeterProviderBuilder>? forPrometheus, Action<TracerProviderBuilder>? traces = null)
    {
        var sends = host.Configuration[Endpoint] is { Length: > 0 };
        var alone = EndpointsOfSignals.FirstOrDefault(name => host.Configuration[name] is { Length: > 0 });
        if (!sends && alone is not null)
            throw new FormatException(
                $"The setting {alone} is set without {Endpoint}, so there is no endpoint for the other signals. Set "
                + $"{Endpoint} too; {alone} then holds for its signal.");
        if (!sends && forPrometheus is null) return false;

        var telemetry = host.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                service, serviceVersion: Version(), serviceInstanceId: instance, autoGenerateServiceInstanceId: false))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(
                    Telemetry.Name, "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting",
                    "Microsoft.AspNetCore.Server.Kestrel");
                forPrometheus?.Invoke(metrics);
            });
        if (!sends) return true;
        telemetry.WithTracing(tracing =>
            {
                tracing.AddSource(Telemetry.Name);
                traces?.Invoke(tracing);
            })
            .WithLogging(configureBuilder: null, logging =>
            {
                logging.IncludeScopes = true;
                logging.IncludeFormattedMessage = true;
            })
            .UseOtlpExporter();
        return true;
    }

    private static string Version() => typeof(TelemetrySetup).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
