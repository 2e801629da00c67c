using Microsoft.EntityFrameworkCore;
using PieService.Domain.Bundles;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>
/// A run of a sweep with what a bundle has of it: the splits and epochs that this sweep wants, so that the bundle does
/// not change with what other sweeps want of the run.
/// </summary>
internal sealed record StoredRun(
    Guid Id, int Ordinal, string Model, string Fingerprint, string? Cohort, int Seed, RunState State,
    string? PredictionHash, IReadOnlyList<string> WantedSplits, IReadOnlyList<BundledPredictions> Predictions,
    IReadOnlyList<int> Observed)
{
    /// <summary>The runs of a sweep, in their order.</summary>
    public static async Task<IReadOnlyList<StoredRun>> OfAsync(
        PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        var links = db.SweepRuns.Where(link => link.SweepId == sweepId);
        var rows = await (
            from link in links
            join run in db.Runs on link.RunId equals run.Id
            orderby link.Ordinal, run.Id
            select new
            {
                run.Id,
                link.Ordinal,
                link.Model,
                run.Fingerprint,
                run.Cohort,
                run.Seed,
                run.State,
                run.PredictionHash,
                link.WantedSplits,
                link.WantedEpochs,
                run.ObservedEpochs,
            }).ToListAsync(cancellation);
        var predictions = (await (
            from link in links
            join of in db.RunPredictions on link.RunId equals of.RunId
            select new { of.RunId, of.Split, of.Threshold, HasScores = of.Scores != null }).ToListAsync(cancellation))
            .ToLookup(of => of.RunId);
        var answered = (await db.RunAnswers.Where(answers => links.Any(link => link.RunId == answers.RunId))
            .Select(answers => answers.RunId).Distinct().ToListAsync(cancellation)).ToHashSet();
        return [.. rows.Select(row =>
        {
            List<BundledPredictions> wanted =
            [
                .. from of in predictions[row.Id]
                   where row.WantedSplits.Contains(Wire.Name(of.Split))
                   orderby of.Split
                   select new BundledPredictions(of.Split, of.HasScores, answered.Contains(row.Id), of.Threshold),
            ];
            // A run that is trained again for another sweep has succeeded for this one.
            var hasSucceeded = wanted.Count > 0;
            return new StoredRun(
                row.Id, row.Ordinal, row.Model, row.Fingerprint, row.Cohort, row.Seed,
                hasSucceeded ? RunState.Succeeded : row.State == RunState.Failed ? RunState.Failed : RunState.Cancelled,
                hasSucceeded ? row.PredictionHash : null, row.WantedSplits, wanted,
                hasSucceeded ? [.. row.WantedEpochs.Intersect(row.ObservedEpochs).Order()] : []);
        })];
    }

    public StudiedRun AsStudied(StudiedValues? values) => new(
        Model, Cohort ?? Fingerprint, Seed, State, PredictionHash, [.. WantedSplits.Order(StringComparer.Ordinal)],
        values);

    public BundledRun AsBundled(Run run, IEnumerable<RunMetric> metrics)
    {
        var hasSucceeded = State == RunState.Succeeded;
        return new(
            Id, Ordinal, Model, Fingerprint, run.Recipe, Cohort, Seed, State,
            hasSucceeded ? run.EpochsTotal : run.EpochsDone, hasSucceeded ? null : run.Error,
            hasSucceeded ? run.Device : null,
            hasSucceeded && run.Outcome is { } outcome ? outcome with { ObservedEpochs = Observed } : null,
            run.ImportedScore, PredictionHash, hasSucceeded ? run.TrainingSeconds : null, run.VectorCoverage,
            run.IsRepeatable, Predictions, Observed,
            [.. metrics.OrderBy(metric => metric.Epoch).ThenBy(metric => metric.Split).Select(BundledMetric.Of)],
            run.CreatedAt, run.StartedAt, run.FinishedAt);
    }
}
