using Microsoft.EntityFrameworkCore;
using PieService.Bench.Parts;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Storage;

namespace PieService.Bench;

/// <summary>
/// The labelling of a comparison that measures the texts of its split, and the tables of texts and of subgroups that
/// follow from it: 30 dense and 30 pruned runs on texts with the lengths of SNLI's pairs.
/// </summary>
internal static class TextTables
{
    private const int Seeds = 30;

    private static readonly SubgroupWhere[] Conditions =
    [
        new() { Contains = "ea" }, new() { MinWords = 24 }, new() { Label = "neutral", MaxWords = 20 },
    ];

    public static async Task RunAsync(int examples)
    {
        await using var database = await BenchDatabase.OpenAsync();
        var comparisonId = await ComparedRuns.SubmitAsync(database.Contexts, examples, Seeds);
        await using var db = database.Contexts.CreateDbContext();
        await WriteTextsAsync(db, examples);
        foreach (var run in await db.Runs.AsNoTracking().ToListAsync())
        {
            db.RunPredictions.Add(ComparedRuns.Predictions(run, examples));
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
        }
        await ComparedRuns.SucceedAsync(db);
        var labels = new ComparisonLabels(database.Contexts);
        await SayAsync("labelling, with the measurement of the texts", 1, () =>
            labels.ExecuteAsync(comparisonId, CancellationToken.None));
        await db.Comparisons.ExecuteUpdateAsync(
            set => set.SetProperty(comparison => comparison.LabellingAskedAt, (DateTimeOffset?)null));
        await SayAsync("labelling again", 1, () => labels.ExecuteAsync(comparisonId, CancellationToken.None));

        // Whatever the majorities of these runs are, one example in ten is to be a PIE. What is stored with the
        // labels is deleted, so that the effects are computed.
        await db.TextEffects.ExecuteDeleteAsync();
        await db.PieLabels.ExecuteUpdateAsync(
            set => set.SetProperty(label => label.IsPie, label => label.Position % 10 == 3));
        var comparison = await db.Comparisons.AsNoTracking().SingleAsync();
        var datasetId = await db.Datasets.Select(dataset => dataset.Id).SingleAsync();
        Subgroup[] subgroups = [.. Conditions.Select((where, i) => new Subgroup { Name = $"{i}", Where = where })];
        await SayAsync("texts of the comparison", 3, () => ComparisonTexts.EffectsAsync(
            db, comparison, datasetId, PairPart.Joined, SyllableRule.Hyphenation, CancellationToken.None));
        await SayAsync("the same for every part of the pairs and both rules for syllables, and their storage", 1,
            async () =>
            {
                bool[] isPie = [.. Enumerable.Range(0, examples).Select(position => position % 10 == 3)];
                await foreach (var effects in ComparisonTexts.AllAsync(
                    db, comparison, datasetId, isPie, CancellationToken.None)) db.TextEffects.Add(effects);
                await db.SaveChangesAsync();
                db.ChangeTracker.Clear();
            });
        await SayAsync("texts of the comparison, as stored", 3, () => ComparisonTexts.EffectsAsync(
            db, comparison, datasetId, PairPart.Joined, SyllableRule.Hyphenation, CancellationToken.None));
        await SayAsync("subgroups of the comparison", 3, () => ComparisonSubgroups.EffectsAsync(
            db, comparison, subgroups, [0, 1, 2], CancellationToken.None));
        var bytes = await db.Database.SqlQuery<long>(
            $"""SELECT pg_total_relation_size('text_values') AS "Value" """).SingleAsync();
        Measured.Say($"text_values: {bytes / 1024.0 / 1024:F0} MiB");
    }

    private static async Task SayAsync(string what, int times, Func<Task> work)
    {
        for (var time = 0; time < times; time++)
        {
            var processor = Environment.CpuUsage.TotalTime;
            var seconds = await Measured.ElapsedAsync(work);
            Measured.Say(
                $"{what}: {seconds:F2} s, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F2} s of this "
                + "process's processor time");
        }
    }

    /// <summary>Pairs of texts, of which the first has three words in five.</summary>
    private static Task<int> WriteTextsAsync(PieDbContext db, int examples)
    {
        var words = StudyTexts.Of("test", examples).Select(text => text.Text.Split(' ')).ToList();
        string[] first = [.. words.Select(text => string.Join(' ', text.Take(text.Length * 3 / 5)) + ".")];
        string[] second = [.. words.Select(text => string.Join(' ', text.Skip(text.Length * 3 / 5)) + ".")];
        return db.Database.ExecuteSqlAsync($"""
            UPDATE examples SET text = pair.one, second_text = pair.other
            FROM unnest({first}, {second}) WITH ORDINALITY AS pair(one, other, number)
            WHERE position = number - 1
            """);
    }
}
