using System.Globalization;
using System.Text.RegularExpressions;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>The demo calls the service only through a client that is generated from the OpenAPI document.</summary>
public sealed partial class DemoTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_generated_client_drives_the_demo_from_dataset_to_pies()
    {
        await using var demo = ServiceProcess.Demo(service.Client.BaseAddress!.ToString(), "--quick");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await demo.WaitForExitAsync(patience.Token);

        Assert.True(demo.ExitCode == 0, demo.Tail);
        var sweep = SweepLink().Match(demo.Tail).Groups[1].Value;
        var comparisons = await service.ListAsync($"/api/v1/sweeps/{sweep}/comparisons");
        Assert.Equal(6, comparisons.Count);
        Assert.Contains(comparisons, comparison => (int)comparison["pies"]! > 0);
        Assert.All(comparisons, comparison =>
            Assert.Matches(
                new Regex(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $@"^ +{comparison["method"]} +{(double)comparison["achievedSparsity"]!["mean"]!:0.00} % +"
                            + $@"{comparison["pies"]} "), RegexOptions.Multiline),
                demo.Tail));
    }

    [GeneratedRegex("/sweeps/([0-9a-f-]{36})/comparisons")]
    private static partial Regex SweepLink();
}
