using System.Net;
using PieService.Api.Tests.SweepAnalysis;

namespace PieService.Api.Tests.Pages;

public sealed class RunPageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_runs_have_the_filters_of_the_API_and_each_leads_to_its_page()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var listed = await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/runs?method=IMP&seed=1");

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/runs?method=IMP&seed=1");

        Assert.Equal(["50 %", "90 %"], page.Rows.Select(row => row[2]));
        Assert.Contains("Test macro-F1", page.Heads);
        Assert.Equal(2, (int)listed["totalItems"]!);
        Assert.Contains($"/ui/runs/{listed["items"]![0]!["id"]}", page.Addresses);
        Assert.Equal($"/api/v1/sweeps/{sweep.Id}/runs?method=IMP&seed=1&format=csv", page.Link("CSV"));
    }

    [Fact]
    public async Task A_run_has_its_state_its_scores_and_its_sweep()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var run = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/runs?method=IMP"))["items"]![0]!;

        var page = await Html.FoundAsync(api.Client, $"/ui/runs/{run["id"]}");

        Assert.Contains("State succeeded", page.Text, StringComparison.Ordinal);
        Assert.Contains($"{run["predictionHash"]}", page.Text, StringComparison.Ordinal);
        Assert.Contains($"/ui/sweeps/{sweep.Id}", page.Addresses);
        Assert.Equal(
            HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, $"/ui/runs/{Guid.Empty}")).Status);
    }

    [Fact]
    public async Task A_failed_run_has_its_error()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        var run = Assert.Single(await api.Situations.RunsOfAsync(sweep));
        await api.Situations.Leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(run.Id), "<b>broken</b>", retry: false, CancellationToken.None);

        var page = await Html.FoundAsync(api.Client, $"/ui/runs/{run.Id}");

        Assert.Contains("Error <b>broken</b>", page.Text, StringComparison.Ordinal);
    }
}
