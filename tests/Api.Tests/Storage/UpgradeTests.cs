using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// A service started over the database of an earlier version, commit 128f670, with a finished sweep in it. Its rows are those
/// that this version stored, in Contract/rows.sql; its views are in Contract/views.sql.
/// </summary>
public sealed class UpgradeTests(UpgradeTests.EarlierDatabase api) : IClassFixture<UpgradeTests.EarlierDatabase>
{
    private const string Sweep = "01a2197c-bd81-7c28-9d05-c211807d4c16";
    private const string Comparison = "01a2197c-bf95-7e37-87d7-351e44e8d7b7";
    private const string DenseRun = "01a2197c-be41-772e-8355-67a9b4ad3197";

    [Fact]
    public async Task A_sweep_that_had_succeeded_still_has()
    {
        var sweep = await api.GetAsync($"/api/v1/sweeps/{Sweep}");

        Assert.Equal("succeeded", (string?)sweep["state"]);
        Assert.Equal("""{"total":4,"queued":0,"running":0,"succeeded":4,"failed":0,"cancelled":0}""", sweep["progress"]!["runs"]!.ToJsonString());
        Assert.Equal([Sweep], (await api.GetAsync("/api/v1/sweeps?state=succeeded"))["items"]!.AsArray().Select(item => (string?)item!["id"]));
    }

    [Fact]
    public async Task Its_comparison_and_PIEs_are_served_with_what_can_be_known_of_them()
    {
        var comparison = await api.GetAsync($"/api/v1/comparisons/{Comparison}");
        var pies = (await api.GetAsync($"/api/v1/comparisons/{Comparison}/pies"))["items"]!.AsArray();
        var examples = await api.GetAsync($"/api/v1/comparisons/{Comparison}/examples");

        Assert.Equal(2, (int)comparison["pies"]!);
        Assert.Equal(89.5, (double)comparison["achievedSparsity"]!["mean"]!);
        Assert.Equal(
            ["0 no no maybe", "4 maybe maybe yes"],
            pies.Select(pie => $"{pie!["position"]} {pie["labels"]![0]} {pie["dense"]!["predicted"]![0]} {pie["pruned"]!["predicted"]![0]}"));
        Assert.Equal(8, (int)examples["totalItems"]!);
    }

    [Fact]
    public async Task A_runs_predictions_and_votes_are_served()
    {
        var predictions = await api.GetAsync($"/api/v1/runs/{DenseRun}/predictions?split=test");
        var example = (string?)predictions["items"]![0]!["exampleId"];

        Assert.Equal(8, (int)predictions["totalItems"]!);
        Assert.Equal(4, (int)(await api.GetAsync($"/api/v1/examples/{example}/predictions?sweepId={Sweep}"))["totalItems"]!);
        Assert.Single((await api.GetAsync($"/api/v1/sweeps/{Sweep}/examples/{example}"))["comparisons"]!.AsArray());
    }

    [Fact]
    public async Task The_views_show_it()
    {
        Assert.Equal(
            ["0 no no maybe {no} {no} {maybe} 89.5 - -", "4 maybe maybe yes {maybe} {maybe} {yes} 89.5 - -"],
            await ReadAsync($"""
                SELECT concat_ws(' ', position, gold, dense, pruned, gold_labels, dense_labels, pruned_labels, achieved_sparsity, coalesce(el2n::text, '-'), coalesce(influence_bin::text, '-'))
                FROM pies WHERE sweep_id = '{Sweep}' ORDER BY position
                """));
        Assert.Equal(
            ["dense {no} true", "dense {no} true", "IMP {maybe} false", "IMP {maybe} false"],
            await ReadAsync("SELECT concat_ws(' ', method, predicted_labels, correct::text) FROM predictions WHERE position = 0 AND threshold IS NULL ORDER BY sparsity, seed"));
        Assert.Equal(["succeeded 4"], await ReadAsync("SELECT state || ' ' || runs_succeeded FROM sweep_progress"));
        Assert.Equal(["box"], await ReadAsync("SELECT machine FROM live_workers"));
    }

    [Fact]
    public async Task What_later_versions_store_beside_it_follows_from_it()
    {
        Assert.Equal(["89.5"], await ReadAsync("SELECT achieved_sparsity::text FROM comparisons"));
        Assert.Equal(["vectors glove 0123"], await ReadAsync("SELECT concat_ws(' ', kind, name, sha256) FROM model_pins"));
        Assert.Equal(["{}"], await ReadAsync("SELECT dropped::text FROM datasets"));
        Assert.Equal(["{}"], await ReadAsync("SELECT checkpoints::text FROM workers WHERE id = 'a worker'"));
        Assert.Equal(["8 0"], await ReadAsync("SELECT concat_ws(' ', count(*), count(runs)) FROM pie_labels"));
    }

    private async Task<List<string>> ReadAsync(string sql)
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();
        return await db.Database.SqlQueryRaw<string>(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)).ToListAsync();
    }

    public sealed class EarlierDatabase : ApiFixture
    {
        protected override async Task PrepareAsync()
        {
            await using var database = NpgsqlDataSource.Create(ConnectionString);
            await Schema.MigrateAsync(database, "0", CancellationToken.None);
            await Schema.MigrateAsync(database, "Contract", CancellationToken.None);
            foreach (var part in new[] { "views", "rows" })
            {
                await using var command = database.CreateCommand(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Storage", "Contract", $"{part}.sql")));
                await command.ExecuteNonQueryAsync();
            }
        }
    }
}
