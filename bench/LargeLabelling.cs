using Microsoft.EntityFrameworkCore;
using PieService.Bench.Parts;
using PieService.Domain.Storage;

namespace PieService.Bench;

/// <summary>
/// The time and the peak memory of labelling and analysing a comparison of many runs on many examples, and the time of
/// requests for it.
/// </summary>
internal static class LargeLabelling
{
    /// <param name="runs">The number of runs, half of them dense.</param>
    public static async Task RunAsync(int runs, int examples)
    {
        await using var database = await BenchDatabase.OpenAsync();
        var contexts = database.Contexts;
        var comparison = await ComparedRuns.SubmitAsync(contexts, examples, runs / 2);
        await using (var db = contexts.CreateDbContext())
        {
            foreach (var run in await db.Runs.AsNoTracking().ToListAsync())
            {
                db.RunPredictions.Add(ComparedRuns.Predictions(run, examples));
                await db.SaveChangesAsync();
                db.ChangeTracker.Clear();
            }
            await ComparedRuns.SucceedAsync(db);
        }
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        Measured.Say($"{Measured.PeakMiB():F0} MiB resident while the predictions were made");
        // The runtime compiles the code of the first ones, and compiles again what is called often.
        foreach (var ordinal in (string[])["first", "second", "third", "fourth"])
        {
            await using (var db = contexts.CreateDbContext())
                await db.Database.ExecuteSqlAsync($"UPDATE comparisons SET labelling_asked_at = NULL");
            await LabelAsync($"{ordinal} labelling of the process");
        }
        await using (var db = contexts.CreateDbContext())
            Measured.Say($"{await db.PieLabels.CountAsync(label => label.IsPie):N0} PIEs");
        await LargeQueries.RunAsync(database.ConnectionString, comparison);

        async Task LabelAsync(string name)
        {
            Measured.ForgetPeak();
            var processor = Environment.CpuUsage.TotalTime;
            var seconds = await Measured.ElapsedAsync(
                () => new ComparisonLabels(contexts).ExecuteAsync(comparison, CancellationToken.None));
            Measured.Say(
                $"{name}, {runs} runs x {examples:N0} examples: {seconds:F1} s, "
                + $"{(Environment.CpuUsage.TotalTime - processor).TotalSeconds:F1} s of this process's processor time, "
                + $"at most {Measured.PeakMiB():F0} MiB resident");
        }
    }
}
