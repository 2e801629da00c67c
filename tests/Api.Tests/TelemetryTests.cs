using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PieService.Api.Dispatch;
using PieService.Hosting;
using PieService.TestSupport;

namespace PieService.Api.Tests;

public sealed class MeteredApi() : ApiFixture(new() { ["PIE_METRICS"] = "true" });

/// <summary>The metrics of the service, as a Prometheus reads them.</summary>
public sealed partial class TelemetryTests(MeteredApi api) : IClassFixture<MeteredApi>
{
    [Fact]
    public async Task The_dashboard_and_the_service_have_the_same_metrics()
    {
        RecordAll();
        await api.GetAsync("/api/v1/system");
        // A response to a Prometheus is cached for a moment, and the gauges are read in the background.
        await Until.HoldsAsync(async () =>
            (await ScrapeAsync()).IsSupersetOf(["pie_queue_depth", "pie_training_epochs_total"]));

        var served = await ScrapeAsync();
        var shown = Shown();

        Assert.Empty(shown.Except(served).Order());
        var own = served.Where(name => name.StartsWith("pie_", StringComparison.Ordinal)).Select(Family).Distinct();
        Assert.Empty(own.Except(shown.Select(Family)).Order());
    }

    [Fact]
    public async Task Every_metric_is_documented()
    {
        RecordAll();
        // A response to a Prometheus is cached for a moment, and the gauges are read in the background.
        await Until.HoldsAsync(async () =>
            (await ScrapeAsync()).IsSupersetOf(["pie_queue_depth", "pie_training_epochs_total"]));
        var docs = await File.ReadAllTextAsync(
            Path.Combine(ServiceProcess.RepositoryFolder, "docs/deploying.md"), TestContext.Current.CancellationToken);

        Assert.All(
            (await ScrapeAsync()).Where(name => name.StartsWith("pie_", StringComparison.Ordinal)),
            name => Assert.Contains($"`{Family(name)}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_received_file_is_counted()
    {
        var before = await ValueAsync("pie_import_io_bytes_total");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("{}"), "definition" }, { new StringContent("text,label\n"), "train", "train.csv" },
        };
        using var refused = await api.Client.PostAsync(
            "/api/v1/datasets", form, TestContext.Current.CancellationToken);

        await Until.HoldsAsync(async () => await ValueAsync("pie_import_io_bytes_total") > before);
    }

    private async Task<double> ValueAsync(string metric) =>
        Samples().Matches(await api.Client.GetStringAsync("/metrics"))
            .Where(sample => sample.Groups["name"].Value == metric)
            .Sum(sample => double.Parse(
                sample.Groups["value"].Value, CultureInfo.InvariantCulture));

    /// <summary>A measurement of each instrument; those of workers too, which this process does not have.</summary>
    private static void RecordAll()
    {
        Telemetry.Epochs.Add(1);
        Telemetry.Tokens.Add(1);
        Telemetry.EpochSeconds.Record(1);
        Telemetry.RunSeconds.Record(1);
        Telemetry.LabellingSeconds.Record(1);
        Telemetry.ImportBytes.Add(1);
    }

    private async Task<HashSet<string>> ScrapeAsync() =>
        [.. Samples().Matches(await api.Client.GetStringAsync("/metrics")).Select(match => match.Groups["name"].Value)];

    private static HashSet<string> Shown()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(
            Path.Combine(ServiceProcess.RepositoryFolder, "deploy/grafana/pieservice.json")))!;
        return
        [
            .. from panel in dashboard["panels"]!.AsArray()
               from target in panel!["targets"]!.AsArray()
               from Match name in Metric().Matches(Labels().Replace((string)target!["expr"]!, ""))
               select name.Value,
        ];
    }

    private static string Family(string name) => Suffix().Replace(name, "");

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{.*\})? (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Samples();

    /// <summary>Names of labels, in braces or after "by".</summary>
    [GeneratedRegex(@"\bby \([^)]*\)|\{[^}]*\}")]
    private static partial Regex Labels();

    /// <summary>Functions are followed by a bracket, and durations are in square ones.</summary>
    [GeneratedRegex(@"\b[a-z]+(_[a-z]+)+\b(?!\s*\()")]
    private static partial Regex Metric();
}

public sealed class NoTelemetryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Nothing_is_measured_where_no_setting_asks_for_it()
    {
        using var answer = await api.Client.GetAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Null(api.Services.GetService<MeterProvider>());
        Assert.Null(api.Services.GetService<TracerProvider>());
        Assert.DoesNotContain(api.Services.GetServices<IHostedService>(), service => service is QueueMetrics);
    }
}
