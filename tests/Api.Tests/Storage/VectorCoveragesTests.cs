using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

public sealed class VectorCoveragesTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly VectorCoverage Coverage = new(Types: 0.25, Tokens: 0.5);

    [Fact]
    public async Task The_coverage_of_a_run_is_served_and_is_known_for_its_dataset_and_vectors()
    {
        var run = await RunAsync();
        Assert.Null((await api.GetAsync($"/api/v1/runs/{run.Id}"))["vectorCoverage"]);
        var lease = await api.Situations.ClaimAsync(run.Id);

        await RecordAsync(lease, "hash", "vectors");
        await RecordAsync(lease, "hash", "vectors");

        Assert.Equal(
            """{"types":0.25,"tokens":0.5}""",
            (await api.GetAsync($"/api/v1/runs/{run.Id}"))["vectorCoverage"]!.ToJsonString());
        await using var db = Db();
        var known = await db.VectorCoverages.SingleAsync(known => known.DatasetHash == "hash");
        Assert.Equal(("vectors", 0.25, 0.5), (known.VectorsSha256, known.Types, known.Tokens));
    }

    [Fact]
    public async Task Datasets_without_a_coverage_are_found_and_the_newest_is_the_first()
    {
        var (older, newer) = (await api.Situations.DatasetAsync(), await api.Situations.DatasetAsync());
        await using var db = Db();
        Assert.Equal([newer.Id, older.Id], (await MissingAsync("new vectors")).Take(2));

        await VectorCoverages.AddAsync(db, newer.ContentHash, "new vectors", Coverage, CancellationToken.None);

        Assert.Equal(older.Id, (await MissingAsync("new vectors")).First());
        Assert.Equal(newer.Id, (await MissingAsync("other vectors")).First());

        async Task<IEnumerable<Guid>> MissingAsync(string vectors) =>
            (await VectorCoverages.MissingAsync(db, vectors, CancellationToken.None)).Select(dataset => dataset.Id);
    }

    [Fact]
    public async Task A_worker_that_lost_the_run_does_not_change_it()
    {
        var run = await RunAsync();
        var lease = await api.Situations.ClaimAsync(run.Id);

        await RecordAsync(lease with { Epoch = lease.Epoch - 1 }, "another hash", "vectors");

        Assert.Null((await api.GetAsync($"/api/v1/runs/{run.Id}"))["vectorCoverage"]);
    }

    private async Task<Run> RunAsync()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 1);
        request["models"]![0]!["vectors"] = "glove";
        return (await api.Situations.RunsOfAsync(await api.SubmitAsync(request))).Single();
    }

    private async Task RecordAsync(RunLease lease, string datasetHash, string vectorsSha256)
    {
        await using var db = Db();
        await VectorCoverages.RecordAsync(db, lease, datasetHash, vectorsSha256, Coverage, CancellationToken.None);
    }

    private PieDbContext Db() =>
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();
}
