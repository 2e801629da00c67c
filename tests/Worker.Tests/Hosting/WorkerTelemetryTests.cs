using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PieService.Hosting;
using PieService.Worker.Supervision;

namespace PieService.Worker.Tests.Hosting;

public class WorkerTelemetryTests
{
    [Fact]
    public void Nothing_is_measured_where_no_setting_asks_for_it()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.AddWorkerTelemetry(WorkerIdentity.Create());
        using var host = builder.Build();

        Assert.Empty(host.Services.GetServices<IHostedService>());
        Assert.False(Telemetry.Epochs.Enabled);
        Assert.False(Telemetry.Source.HasListeners());
        Assert.Null(Telemetry.Source.StartActivity("train run"));
    }

    [Fact]
    public void An_endpoint_for_one_signal_alone_is_refused()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://collector:4317";

        Assert.Contains(
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set without OTEL_EXPORTER_OTLP_ENDPOINT",
            Assert.Throws<FormatException>(() => builder.AddWorkerTelemetry(WorkerIdentity.Create())).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9464", "127.0.0.1", 9464)]
    [InlineData("*:9464", "*", 9464)]
    [InlineData("0.0.0.0:1", "*", 1)]
    [InlineData("node-1.lab:65535", "node-1.lab", 65535)]
    [InlineData("[::1]:9464", "[::1]", 9464)]
    public void The_address_of_the_metrics_is_a_host_and_a_port(string setting, string host, int port) =>
        Assert.Equal((host, port), WorkerTelemetry.AddressOf(setting));

    [Theory]
    [InlineData("true")]
    [InlineData("http://*:9464/")]
    [InlineData("*:0")]
    [InlineData("*:65536")]
    [InlineData("a b:1")]
    public void Another_value_is_refused(string setting) =>
        Assert.Contains(
            $"PIE_METRICS_LISTEN is '{setting}'", Assert.Throws<FormatException>(
                () => WorkerTelemetry.AddressOf(setting)).Message,
            StringComparison.Ordinal);
}
