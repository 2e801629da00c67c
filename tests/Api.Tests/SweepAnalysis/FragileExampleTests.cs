using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Analysis;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.SweepAnalysis;

public sealed class FragileExampleTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>The table computes in SQL what FragileExample computes of the rows of each comparison.</summary>
    [Fact]
    public async Task Every_example_has_the_means_over_all_comparisons()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/fragile-examples?pageSize=3");

        var labels = new Dictionary<int, List<(double Sparsity, bool IsPie, VoteShift Votes)>>();
        foreach (var (name, comparison) in sweep.Comparisons)
            foreach (var label in await api.WalkAsync($"/api/v1/comparisons/{comparison}/examples?pageSize=8"))
            {
                var position = (int)label["position"]!;
                if (!labels.TryGetValue(position, out var all)) labels[position] = all = [];
                all.Add((
                    double.Parse(name.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture),
                    (bool)label["isPie"]!, new((double)label["taxicab"]!, (double?)label["shift"])));
            }
        Assert.Equal(8, rows.Count);
        foreach (var row in rows)
        {
            var expected = FragileExample.Of(labels[(int)row["position"]!]);
            Assert.Equal(
                (expected.Comparisons, expected.PieCount, expected.FirstFlip),
                ((int)row["comparisons"]!, (int)row["pieCount"]!, (double?)row["firstFlip"]));
            Assert.Equal(expected.Taxicab, (double)row["taxicab"]!, 9);
            Assert.Equal(expected.Shift!.Value, (double)row["shift"]!, 9);
        }
        Assert.Equal(("text 0", "no"), ((string?)rows[0]["text"], (string?)rows[0]["labels"]![0]));
    }

    /// <summary>
    /// The mean shifts are 0.85 for example 0, 0.5 for 3 and 4, 0.1 for 5, 1/15 for 6 and 7, and 0 for the others.
    /// </summary>
    [Theory]
    [InlineData("", new[] { 0, 3, 4, 5, 6, 7, 1, 2 })]
    [InlineData("orderBy=taxicab", new[] { 0, 3, 4, 6, 7, 5, 1, 2 })]
    [InlineData("orderBy=pieCount", new[] { 0, 3, 4, 5, 1, 2, 6, 7 })]
    [InlineData("orderBy=firstFlip", new[] { 0, 4, 3, 5, 1, 2, 6, 7 })]
    [InlineData("orderBy=pieCount&method=IMP", new[] { 0, 3, 1, 2, 4, 5, 6, 7 })]
    [InlineData("orderBy=firstFlip&sparsity=90&method=MP-AI", new[] { 0, 3, 4, 5, 1, 2, 6, 7 })]
    [InlineData("label=maybe", new[] { 4, 7, 1 })]
    [InlineData("baseline=dense4E", new int[0])]
    [InlineData("model=other", new int[0])]
    [InlineData("split=train", new int[0])]
    public async Task Fragile_examples_can_be_filtered_and_ordered(string query, int[] positions)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/fragile-examples?{query}");

        Assert.Equal(positions, page["items"]!.AsArray().Select(row => (int)row!["position"]!));
        Assert.Equal(positions.Length, (int)page["totalItems"]!);
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("?excludeCollapsed=false", 8)]
    public async Task Collapsed_comparisons_do_not_count(string query, int comparisons)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP", "MP-AI");
        request["sparsities"] = new JsonArray(20, 50, 70, 90);
        var sweep = await StudiedSweep.LabelledAsync(
            api, request, (run, position) => Domain.Wire.Name(run.Method) == "MP-AI" ? 0 : position % 3);

        var row = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/fragile-examples{query}"))["items"]![0]!;

        Assert.Equal(comparisons, (int)row["comparisons"]!);
    }

    /// <summary>The request sets how PostgreSQL plans its queries; other requests use the same connections.</summary>
    [Fact]
    public async Task The_settings_of_the_query_end_with_the_request()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            api.GetAsync($"/api/v1/sweeps/{sweep.Id}/fragile-examples")));

        var contexts = api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>();
        var settings = await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            await using var db = await contexts.CreateDbContextAsync();
            // The connections are used at the same time, so all of the pool are asked.
            return (await db.Database.SqlQuery<string>($"""
                SELECT current_setting('enable_seqscan') || current_setting('enable_indexscan') AS "Value"
                FROM pg_sleep(0.2)
                """).ToListAsync()).Single();
        }));

        Assert.All(settings, setting => Assert.Equal("onon", setting));
    }
}
