using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>
/// Reads the scores from which the influence of the examples and the support of their labels are computed, a block of
/// examples at a time: the scores of all runs together may be many gigabytes. What is kept are a few numbers for each
/// example.
/// </summary>
/// <param name="db">Reads from one snapshot of the database.</param>
internal sealed class CohortScores(
    PieDbContext db, Comparison comparison, Cohorts cohorts, PackedLabels gold, long blockBytes)
{
    private readonly int scoreBytes = 2 * cohorts.Dataset.ClassCount;

    /// <summary>The epochs that all dense runs of the cohort's seeds observed and the sweep wants.</summary>
    /// <returns>The epochs, ascending; if there are none, the reason.</returns>
    public async Task<(IReadOnlyList<int> Epochs, string? Reason)> EpochsAsync(CancellationToken cancellation)
    {
        if (comparison.Method == Method.External)
            return ([],
                "Influence is computed for models that this service trains: it needs their predictions after an "
                + "early epoch.");
        if (comparison.Split != Split.Train)
            return ([], "Influence is computed for training examples only: add train to predictSplits to get a "
                + "comparison on the training split.");
        var observers = await cohorts.ObserversAsync(db, comparison, cancellation);
        var wanted = await db.SweepRuns
            .Where(link => link.SweepId == comparison.SweepId && link.RunId == observers[0].Id)
            .Select(link => link.WantedEpochs).SingleAsync(cancellation);
        if (wanted.Length == 0)
            return ([], "The model has none of the epochs in observationEpochs: omit observationEpochs, or name an "
                + "epoch of the model.");
        // Another sweep may have wanted more epochs of the same runs.
        var epochs = observers.Select(run => run.ObservedEpochs)
            .Aggregate(wanted, (common, more) => [.. common.Intersect(more)]).Order().ToList();
        return epochs.Count > 0
            ? (epochs, null)
            : ([], "No epoch was observed by all dense runs of these seeds: one has failed, or is being trained "
                + "again.");
    }

    /// <summary>The examples by their EL2N after an epoch that all observers observed.</summary>
    /// <param name="map">Gets the scores of this epoch too, since they are read once.</param>
    public async Task<InfluenceRanking> RankingAsync(int epoch, Cartography map, CancellationToken cancellation)
    {
        var runs = Ids(await cohorts.ObserversAsync(db, comparison, cancellation));
        var (el2n, scores) = (new double[gold.Count], new ScoreBuffer());
        await foreach (var (block, packed) in PackedColumn.ObservedScores(epoch)
            .ReadAsync(db, runs, gold.Count, scoreBytes, blockBytes, cancellation))
        {
            var ofBlock = gold.Slice(block.Start, block.Count);
            El2n.MeanOverSeeds(ofBlock, packed.Select(scores.Unpack)).CopyTo(el2n, block.Start);
            map.Add(block.Start, packed.Select(scores.Unpack));
        }
        map.Count(runs.Length);
        return InfluenceRanking.Of(el2n);
    }

    /// <summary>How much the dense runs support the gold labels of each example, in [0, 1]; null if one has no
    /// scores.</summary>
    public async Task<double[]?> SelfConfidenceAsync(CancellationToken cancellation)
    {
        if (!await HaveScoresAsync(cohorts.Dense, cancellation)) return null;
        var (confidence, scores) = (new double[gold.Count], new ScoreBuffer());
        await foreach (var (block, packed) in PackedColumn.Scores(comparison.Split)
            .ReadAsync(db, Ids(cohorts.Dense), gold.Count, scoreBytes, blockBytes, cancellation))
        {
            var ofBlock = gold.Slice(block.Start, block.Count);
            SelfConfidence.MeanOverRuns(ofBlock, packed.Select(scores.Unpack)).CopyTo(confidence, block.Start);
        }
        return confidence;
    }

    /// <summary>How certain the runs of both cohorts are; a block of the scores of one run is in memory at a
    /// time.</summary>
    /// <returns>Null for multi-label data, for too few examples, and if a run has no scores.</returns>
    public async Task<Conformal?> ConformalAsync(CancellationToken cancellation)
    {
        if (gold.Task == LearningTask.MultiLabel
            || !await HaveScoresAsync([.. cohorts.Dense, .. cohorts.Pruned], cancellation)) return null;
        var (split, scores) = (new ConformalSplit(gold), new ScoreBuffer());
        return split.HasThreshold
            ? new(
                CohortConformal.MeanOver(await SetsAsync(cohorts.Dense)),
                CohortConformal.MeanOver(await SetsAsync(cohorts.Pruned))) : null;

        async Task<List<ConformalSets>> SetsAsync(IReadOnlyList<Run> runs)
        {
            var sets = new List<ConformalSets>();
            foreach (var run in runs)
            {
                await foreach (var (block, packed) in BlocksAsync(run))
                    split.Score(block.Start, scores.Unpack(packed[0]));
                await foreach (var (block, packed) in BlocksAsync(run))
                    split.Size(block.Start, scores.Unpack(packed[0]));
                sets.Add(split.Sets());
            }
            return sets;
        }

        IAsyncEnumerable<(ExampleBlock Block, IReadOnlyList<byte[]> Runs)> BlocksAsync(Run run) =>
            PackedColumn.Scores(comparison.Split)
                .ReadAsync(db, [run.Id], gold.Count, scoreBytes, blockBytes, cancellation);
    }

    /// <summary>How far the probabilities of both cohorts are apart; a block of the scores of all runs is in memory at
    /// a time.</summary>
    /// <param name="changed">For each example the share of the pairs of runs whose answers differ.</param>
    /// <returns>Null for multi-label data, and if a run has no scores.</returns>
    public async Task<ScoreDivergence?> DivergenceAsync(IReadOnlyList<double> changed, CancellationToken cancellation)
    {
        if (gold.Task == LearningTask.MultiLabel
            || !await HaveScoresAsync([.. cohorts.Dense, .. cohorts.Pruned], cancellation)) return null;
        var dense = cohorts.Dense.Select(_ => new ScoreBuffer()).ToList();
        var pruned = cohorts.Pruned.Select(_ => new ScoreBuffer()).ToList();
        var tally = new DivergenceTally(gold.ClassCount, gold.Count, cohorts.Sizes);
        await foreach (var (block, packed) in PackedColumn.Scores(comparison.Split)
            .ReadAsync(
                db, [.. Ids(cohorts.Dense), .. Ids(cohorts.Pruned)], gold.Count, scoreBytes, blockBytes, cancellation))
            tally.Add(
                block.Start, [.. dense.Select((run, r) => run.Unpack(packed[r]))],
                [.. pruned.Select((run, s) => run.Unpack(packed[dense.Count + s]))], cancellation);
        return tally.Divergence(changed);
    }

    /// <summary>The losses of the trained models of both cohorts on each example.</summary>
    public async Task<SeedLosses> LossesAsync(CancellationToken cancellation)
    {
        var seeds = cohorts.Dense.Count;
        var (losses, dense, pruned) = (SeedLosses.Zero(gold.Count), new ScoreBuffer(), new ScoreBuffer());
        await foreach (var (block, packed) in PackedColumn.Scores(comparison.Split)
            .ReadAsync(
                db, [.. Ids(cohorts.Dense), .. Ids(cohorts.Pruned)], gold.Count, scoreBytes, blockBytes, cancellation))
        {
            var pairs = Enumerable.Range(0, seeds)
                .Select(seed => (dense.Unpack(packed[seed]), pruned.Unpack(packed[seeds + seed])));
            losses.Set(block.Start, SeedLosses.Of(gold.Slice(block.Start, block.Count), pairs));
        }
        return losses;
    }

    /// <summary>Whether all of these runs have scores; imported predictions may have none.</summary>
    private async Task<bool> HaveScoresAsync(IReadOnlyList<Run> runs, CancellationToken cancellation)
    {
        var ids = Ids(runs);
        return !await db.RunPredictions.AnyAsync(
            predictions => ids.Contains(predictions.RunId) && predictions.Split == comparison.Split
                && predictions.Scores == null, cancellation);
    }

    private static Guid[] Ids(IReadOnlyList<Run> runs) => [.. runs.Select(run => run.Id)];
}
