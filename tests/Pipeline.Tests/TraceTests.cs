using System.Globalization;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>What API and worker send to a collector of OpenTelemetry, and what Prometheus reads of a worker.</summary>
public sealed class TraceTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task A_trace_leads_from_the_request_of_a_sweep_to_the_end_of_its_runs()
    {
        using var collector = new OtlpStub();
        var port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        await using var service = await ServiceFixture.OpenAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
            ("PIE_METRICS_LISTEN", port));
        var dataset = await service.UploadAsync();
        service.Client.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        var sweep = await service.SubmitAsync(dataset, epochs: 2, seeds: 1, "RP-AI");
        service.Client.DefaultRequestHeaders.Remove("traceparent");
        await service.UntilEndedAsync(sweep);
        await service.UntilAsync("the spans of both runs and a labelling have arrived", () => Task.FromResult(
            collector.Spans.Count(span => span.Name == "train run") == 2
            && collector.Spans.Any(span => span.Name == "label comparison")));

        var spans = collector.Spans.Where(span => span.Trace == Trace).ToList();
        var request = Assert.Single(spans, span => span.Service == "pie-api");
        Assert.Equal(("POST /api/v1/sweeps", "00f067aa0ba902b7"), (request.Name.TrimEnd('/'), request.Parent));
        var runs = spans.Where(span => span.Name == "train run").ToList();
        Assert.Equal(2, runs.Count);
        Assert.All(runs, run => Assert.Equal(("pie-worker", request.Id), (run.Service, run.Parent)));
        Assert.All(runs, run => Assert.Equal(
            ["prepare run", "store result"],
            spans.Where(span => span.Parent == run.Id).Select(span => span.Name).Order(StringComparer.Ordinal)));
        Assert.All(
            spans.Where(span => span.Name == "label comparison"), label => Assert.Equal(request.Id, label.Parent));

        await service.UntilAsync("the metrics and logs have arrived", () => Task.FromResult(
            collector.HasLogs && new[] { "pie.training.epochs", "pie.queue.depth", "pie.labelling.duration" }
                .All(collector.Metrics.Contains)));

        using var prometheus = new HttpClient();
        var scrape = await prometheus.GetStringAsync(
            $"http://127.0.0.1:{port}/metrics", TestContext.Current.CancellationToken);
        Assert.Matches(@"pie_training_epochs_total\{[^}]*architecture=""BiLSTM"",[^}]*\} 4\b", scrape);
        Assert.Matches(@"pie_training_tokens_total\{[^}]*\} [1-9]\d*", scrape);
    }
}
