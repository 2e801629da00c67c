using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

public sealed class ModelPinsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task If_workers_have_different_files_of_the_same_name_only_those_with_one_content_train()
    {
        var dataset = (await api.Situations.DatasetAsync()).Id;

        var fit = await Task.WhenAll(
            Enumerable.Range(0, 12)
                .Select(worker => IsFitAsync(dataset, ModelKind.Bert, "tiny", $"content {worker % 3}")));

        Assert.Single(
            fit.Select((isFit, worker) => (isFit, Content: worker % 3)).Where(worker => worker.isFit)
                .Select(worker => worker.Content).Distinct());
        Assert.Equal(4, fit.Count(isFit => isFit));
    }

    [Fact]
    public async Task A_name_is_bound_to_one_content_per_dataset_and_kind_until_the_dataset_is_deleted()
    {
        var (dataset, other) = ((await api.Situations.DatasetAsync()).Id, (await api.Situations.DatasetAsync()).Id);

        Assert.True(await IsFitAsync(dataset, ModelKind.Bert, "tiny", "a"));
        Assert.True(await IsFitAsync(dataset, ModelKind.Vectors, "tiny", "b"));
        Assert.True(await IsFitAsync(other, ModelKind.Bert, "tiny", "b"));
        Assert.False(await IsFitAsync(dataset, ModelKind.Bert, "tiny", "b"));

        await using var db = Db();
        await db.Datasets.Where(row => row.Id == dataset).ExecuteDeleteAsync();
        Assert.Equal(
            [other],
            await db.ModelPins.Where(pin => pin.DatasetId == dataset || pin.DatasetId == other)
                .Select(pin => pin.DatasetId).ToListAsync());
    }

    [Fact]
    public async Task A_result_of_other_files_than_those_of_the_datasets_runs_is_not_stored()
    {
        var (first, second) = await RunsAsync();
        await api.Situations.TrainAsync(first, outcome: _ => OutcomeOf("a"));
        var lease = await api.Situations.ClaimAsync(second.Id);

        var mismatch = await Assert.ThrowsAsync<ModelMismatchException>(() => SucceedAsync(lease, second, "b"));

        Assert.Equal((ModelKind.Vectors, "glove"), (mismatch.Kind, mismatch.Name));
        await using var db = Db();
        var run = await db.Runs.AsNoTracking().SingleAsync(row => row.Id == second.Id);
        Assert.Equal((RunState.Running, null), (run.State, run.Outcome));
        Assert.False(await db.RunPredictions.AnyAsync(stored => stored.RunId == second.Id));
        Assert.True(await SucceedAsync(lease, second, "a"));
    }

    [Fact]
    public async Task Content_without_a_trained_or_running_run_is_no_longer_bound()
    {
        var (first, second) = await RunsAsync();
        var lease = await api.Situations.ClaimAsync(first.Id);
        Assert.True(await IsFitAsync(first.DatasetId, ModelKind.Vectors, "glove", "wrong"));
        await ForgetUnusedAsync();
        Assert.False(await IsFitAsync(first.DatasetId, ModelKind.Vectors, "glove", "right"));

        await api.Situations.Leases.YieldAsync(lease, CancellationToken.None);
        await ForgetUnusedAsync();
        Assert.True(await IsFitAsync(first.DatasetId, ModelKind.Vectors, "glove", "right"));

        await api.Situations.TrainAsync(second, outcome: _ => OutcomeOf("right"));
        await ForgetUnusedAsync();
        Assert.False(await IsFitAsync(first.DatasetId, ModelKind.Vectors, "glove", "wrong"));
    }

    private static RunOutcome OutcomeOf(string vectors) => Situations.Outcome with { VectorsSha256 = vectors };

    private Task<bool> SucceedAsync(RunLease lease, Run run, string vectors) => api.Situations.Leases.SucceedAsync(
        lease, new(OutcomeOf(vectors), "cpu", [Situations.Predictions(run, (_, _) => 0)]), CancellationToken.None);

    /// <summary>Two runs of one sweep, with vectors.</summary>
    private async Task<(Run First, Run Second)> RunsAsync()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2);
        request["models"]![0]!["vectors"] = "glove";
        var runs = await api.Situations.RunsOfAsync((Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!);
        return (runs[0], runs[1]);
    }

    private async Task<bool> IsFitAsync(Guid dataset, ModelKind kind, string name, string sha256)
    {
        try
        {
            await using var db = Db();
            await ModelPins.RequireAsync(db, dataset, kind, name, sha256, CancellationToken.None);
            return true;
        }
        catch (ModelMismatchException)
        {
            return false;
        }
    }

    private async Task ForgetUnusedAsync()
    {
        await using var db = Db();
        await ModelPins.ForgetUnusedAsync(db, CancellationToken.None);
    }

    private PieDbContext Db() => api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();
}
