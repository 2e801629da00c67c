using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using PieService.Hosting;
using PieService.Worker.Supervision;

namespace PieService.Worker;

/// <summary>The telemetry of a worker; docs/deploying.md describes the settings.</summary>
public static partial class WorkerTelemetry
{
    public const string Setting = "PIE_METRICS_LISTEN";

    /// <exception cref="FormatException">PIE_METRICS_LISTEN is not an address and a port.</exception>
    public static void AddWorkerTelemetry(this HostApplicationBuilder host, WorkerIdentity worker)
    {
        Action<MeterProviderBuilder>? forPrometheus = null;
        if (AddressOf(host.Configuration[Setting]) is var (name, port))
        {
            forPrometheus = metrics => metrics.AddPrometheusHttpListener(listener =>
                (listener.Host, listener.Port) = (name, port));
        }
        host.AddTelemetry("pie-worker", worker.Id, forPrometheus);
    }

    /// <summary>The address of a listener; null if there is none.</summary>
    /// <param name="setting">ADDRESS:PORT, where * is every address of the machine; or only the port, on
    /// loopback.</param>
    internal static (string Host, int Port)? AddressOf(string? setting)
    {
        if (setting is not { Length: > 0 }) return null;
        var given = Listen().Match(setting);
        if (!given.Success || int.Parse(given.Groups["port"].Value, CultureInfo.InvariantCulture) is not
            (>= 1 and <= 65535 and var port))
            throw new FormatException(
                $"The setting {Setting} is '{setting}'; it must be ADDRESS:PORT, such as 127.0.0.1:9464 or *:9464.");
        var host = given.Groups["host"] is { Success: true, Value: var named } ? named : "127.0.0.1";
        return (host == "0.0.0.0" ? "*" : host, port);
    }

    [GeneratedRegex(@"\A((?<host>\*|[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):)?(?<port>\d{1,5})\z")]
    private static partial Regex Listen();
}
