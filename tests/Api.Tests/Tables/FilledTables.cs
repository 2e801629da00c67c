using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Tables;

/// <summary>
/// A finished sweep with labels, texts and numbers that are difficult to format; every table has rows.
/// </summary>
public sealed class FilledTables : IAsyncLifetime
{
    public static readonly string[] Labels = ["no, \"thanks\"", "=maybe.é/ü", "yes_votes_\u4e2d"];

    /// <summary>Test example i has text i.</summary>
    public static readonly string[] Texts =
    [
        "commas, \"quotes\" and ; ' marks", "two\nlines", "carriage\r\nreturn\r", " blanks at both ends ",
        "=HYPERLINK(\"http://x\")", "日本語 é \U0001F600", "NA", "0012",
    ];

    private readonly Dictionary<string, Guid> ids = [];

    public ApiFixture Api { get; } = new();

    /// <param name="path">The path in the OpenAPI document.</param>
    public string Concrete(string path) =>
        path.Replace("{id}", ids[path.Split('/')[3]].ToString(), StringComparison.Ordinal);

    public Guid IdOf(string resources) => ids[resources];

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        var (situations, contexts) =
            (Api.Situations, Api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>());
        var dataset = await situations.DatasetAsync();
        ids["datasets"] = dataset.Id;
        await using var db = await contexts.CreateDbContextAsync();
        await db.Database.ExecuteSqlAsync($"UPDATE datasets SET labels = {Labels} WHERE id = {dataset.Id}");
        foreach (var (position, text) in Texts.Index())
        {
            var second = position % 3 == 0 ? null : position % 3 == 1 ? "" : "second";
            await db.Database.ExecuteSqlAsync(
                $"UPDATE examples SET text = {text}, second_text = {second} WHERE position = {position}");
        }

        db.Subgroups.AddRange(
            Subgroup("quoted \"a, b\"", new() { Contains = "\"" }), Subgroup("short", new() { MaxWords = 3 }));
        var sweep = await Api.SubmitAsync(TwoModels(Situations.Request(dataset, seeds: 3, "IMP", "MP-AI")));
        // Half of the answers are right, so that no run has collapsed. IMP has one PIE more than MP-AI.
        await situations.TrainAsync(
            sweep,
            (run, position) =>
                run.Sparsity == 0 || position >= 4 || (run.Method == Method.MpAi && position == 1)
                    ? position % 3 : (position + run.Seed) % 3);
        await situations.LabelAsync(sweep);
        var run = (await situations.RunsOfAsync(sweep))[0];
        db.RunMetrics.AddRange(
            Metric(run.Id, 0, Split.Train, 0.1 + 0.2), Metric(run.Id, 0, Split.Validation, double.Epsilon),
            Metric(run.Id, 1, Split.Train, 1e300 / 3), Metric(run.Id, 1, Split.Validation, 5));
        db.Influences.Add(new Influence
        {
            ComparisonId = await db.Comparisons.Where(comparison => comparison.SweepId == sweep)
                .OrderBy(comparison => comparison.Ordinal).Select(comparison => comparison.Id).FirstAsync(),
            Epoch = 0,
            Bins = [new InfluenceBin(
                1, 3, 0.1 + 0.2, 1e-300, 1.0 / 3, 1, 1.0 / 3, -1.0 / 7, 2.0 / 7, 1.5, 0.5, 1.25, 1),
                new InfluenceBin(20, 1, 1, 1, 1, 0, 0, 0, null, null, null, null, null)],
        });
        await db.SaveChangesAsync();
        await db.Database.ExecuteSqlAsync($"UPDATE run_predictions SET scores = {Scores()}");
        // The last comparisons and the last runs of this sweep have no results yet, so their cells are empty.
        var half = await Api.SubmitAsync(TwoModels(Situations.Request(dataset, seeds: 4, "IMP", "MP-AI", "RP-AI")));

        ids["examples"] = Example.IdOf(dataset.Id, Split.Test, 4);
        ids["sweeps"] = half;
        ids["runs"] = run.Id;
        ids["comparisons"] = await db.Comparisons.Where(comparison => comparison.SweepId == sweep)
            .OrderBy(comparison => comparison.Ordinal).Select(comparison => comparison.Id).FirstAsync();
        await situations.LabelAsync(half);
    }

    public async ValueTask DisposeAsync() => await Api.DisposeAsync();

    /// <summary>Returns every item of a list, page by page.</summary>
    public async Task<List<JsonObject>> ItemsAsync(string path)
    {
        var (items, token) = (new List<JsonObject>(), "");
        do
        {
            var page = await Api.GetAsync(
                $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}pageSize=3{token}");
            items.AddRange(page["items"]!.AsArray().Select(item => item!.AsObject()));
            token = (string?)page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        } while (token is not null);
        return items;
    }

    private Subgroup Subgroup(string name, SubgroupWhere where) =>
        new() { Id = Guid.CreateVersion7(), DatasetId = ids["datasets"], Name = name, Where = where };

    private static JsonObject TwoModels(JsonObject request)
    {
        var other = request["models"]![0]!.DeepClone();
        (other["name"], other["hyperparameters"]!["hiddenSize"]) = ("other", 7);
        request["models"]!.AsArray().Add(other);
        return request;
    }

    private static RunMetric Metric(Guid run, int epoch, Split split, double loss) =>
        new()
        {
            RunId = run,
            Epoch = epoch,
            Split = split,
            Loss = loss,
            Accuracy = 1.0 / 3,
            MacroF1 = 2.0 / 7,
            MicroF1 = 1.0 / 3,
            MacroPrecision = 5.0 / 7,
            MacroRecall = 1.0 / 7,
            Threshold = split == Split.Train ? 0.37 : null,
            Seconds = 1234567.0 / 1e5,
        };

    /// <summary>All magnitudes of a float16.</summary>
    private static byte[] Scores() =>
        [.. Enumerable.Range(0, Situations.TestExamples * 3)
            .SelectMany(i => BitConverter.GetBytes((Half)(Math.Pow(-7.3, i % 6 - 3) / (1 + i))))];
}
