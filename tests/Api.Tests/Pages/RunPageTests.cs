using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

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
    public async Task The_curve_has_all_epochs_whichever_page_of_the_scores_is_shown()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        var run = Assert.Single(await api.Situations.RunsOfAsync(sweep));
        var metrics = Enumerable.Range(0, 6).Select(epoch => new RunMetric
        {
            RunId = run.Id,
            Epoch = epoch,
            Split = Split.Train,
            Loss = 1.5 - (0.25 * epoch),
        });
        await api.Situations.Leases.RecordEpochAsync(
            await api.Situations.ClaimAsync(run.Id), new EpochRecord([.. metrics], 6, null), CancellationToken.None);

        var first = await Html.FoundAsync(api.Client, $"/ui/runs/{run.Id}?pageSize=2");
        var second = await Html.FoundAsync(api.Client, first.Rel("next")!);

        Assert.Equal(["2", "3"], second.Rows.Select(row => row[0]));
        Assert.All(
            [first, second],
            page => Assert.Contains("Loss from 0 to 1.500, epochs 0 to 5", page.Text, StringComparison.Ordinal));
    }

    /// <summary>Runs that are created together have ids with the same beginning, which is their time.</summary>
    [Fact]
    public async Task Two_trainings_of_a_worker_have_different_labels()
    {
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO workers (id, machine, slots, device, vectors, arithmetic, started_at, last_beat_at)
                VALUES ({api.Situations.Worker.Worker}, 'lab', 2, 'cpu', ARRAY[]::text[], '[]', now(), now())
                """);
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 2));
        var runs = await api.Situations.RunsOfAsync(sweep);
        foreach (var run in runs) await api.Situations.ClaimAsync(run.Id);

        var page = await Html.FoundAsync(api.Client, "/ui/system");

        var labels = runs.Select(run => $"{run.Id}"[^12..]).ToList();
        Assert.Distinct(labels);
        Assert.All(labels, label => Assert.Contains(label, page.Text, StringComparison.Ordinal));
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
