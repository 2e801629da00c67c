using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>Labels a comparison from the predictions of its runs; a second call writes the same labels again.</summary>
public sealed class ComparisonLabels(IDbContextFactory<PieDbContext> contexts) : ILabelComparison
{
    public async Task ExecuteAsync(Guid comparisonId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // Millions of labels take longer than the timeout that is right for other commands.
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        if (await Labelling.BeginAsync(db, comparisonId, cancellation) is not { } comparison) return;

        var cohorts = await CohortsAsync(db, comparison, cancellation);
        await db.PieLabels.Where(label => label.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        await db.Influences.Where(influence => influence.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        await db.ClassScores.Where(scores => scores.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        ComparisonSummary? summary = null;
        if (cohorts.Dense.Count >= Math.Min(comparison.ExpectedSeeds, Labelling.FewestSeeds))
        {
            var (answers, allDense) = await AnswersAsync(db, comparison, cohorts, cancellation);
            // The votes are counted again for each use: those of all examples and classes together may be gigabytes.
            var labels = PieLabeling.Label(answers.Gold, answers.Dense, answers.Pruned);
            var influence = await InfluenceAsync(db, comparison, cohorts, answers.Gold, labels, cancellation);
            await CopyAsync(db, comparison, cohorts, labels, influence.First, cancellation);
            db.ClassScores.Add(new ClassScores
            {
                ComparisonId = comparison.Id,
                Classes = ClassScore.Of(labels, answers),
            });
            await db.SaveChangesAsync(cancellation);
            summary = ComparisonSummary.Of(
                labels, answers, [.. cohorts.Pruned.Select(run => run.AchievedSparsity!.Value)],
                comparison.ExpectedSeeds,
                NoiseFloor.Of(allDense, cohorts.Dense.Count), influence.Epochs, influence.Reason);
        }
        await Labelling.DoneAsync(db, comparisonId, summary, cancellation);
    }

    /// <param name="AllDense">All dense runs, including those of seeds that no pruned run has, so also the second dense
    /// cohort.</param>
    private sealed record Cohorts(
        ComparedDataset Dataset, IReadOnlyList<Run> Dense, IReadOnlyList<Run> Pruned, IReadOnlyList<Run> AllDense);

    private sealed record ComparedDataset(Guid Id, LearningTask Task, int ClassCount);

    /// <summary>
    /// The runs of this sweep that have predicted the split, over the seeds that both cohorts have, in seed order. A
    /// run that is being trained again keeps its earlier predictions until there are new ones.
    /// </summary>
    private static async Task<Cohorts> CohortsAsync(
        PieDbContext db, Comparison comparison, CancellationToken cancellation)
    {
        var runs = await (from link in db.SweepRuns
                          join run in db.Runs on link.RunId equals run.Id
                          where link.SweepId == comparison.SweepId
                              && db.RunPredictions.Any(
                                  predictions => predictions.RunId == run.Id && predictions.Split == comparison.Split)
                              && (run.Fingerprint == comparison.DenseFingerprint
                                  || run.Fingerprint == comparison.PrunedFingerprint)
                          orderby run.Seed
                          select run).AsNoTracking().ToListAsync(cancellation);
        var common = runs.GroupBy(run => run.Seed).Where(seed => seed.Count() == 2).Select(seed => seed.Key)
            .ToHashSet();
        var dataset = await (from sweep in db.Sweeps
                             join d in db.Datasets on sweep.DatasetId equals d.Id
                             where sweep.Id == comparison.SweepId
                             select new ComparedDataset(d.Id, d.Task, d.Labels.Length)).SingleAsync(cancellation);
        return new Cohorts(
            dataset, Common(comparison.DenseFingerprint), Common(comparison.PrunedFingerprint),
            All(comparison.DenseFingerprint));

        List<Run> All(string fingerprint) => [.. runs.Where(run => run.Fingerprint == fingerprint)];

        List<Run> Common(string fingerprint) => [.. All(fingerprint).Where(run => common.Contains(run.Seed))];
    }

    /// <param name="Epochs">The epochs for which bins were made.</param>
    /// <param name="First">The ranking after the first of them.</param>
    /// <param name="Reason">Why there are no bins.</param>
    private sealed record Bins(IReadOnlyList<int> Epochs, InfluenceRanking? First, string? Reason)
    {
        public static Bins None(string reason) => new([], null, reason);
    }

    /// <summary>Stores the bins of each epoch that all dense runs of the cohort's seeds observed.</summary>
    private static async Task<Bins> InfluenceAsync(
        PieDbContext db, Comparison comparison, Cohorts cohorts, PackedLabels gold, IEnumerable<LabelledExample> labels,
        CancellationToken cancellation)
    {
        if (comparison.Split != Split.Train)
            return Bins.None(
                "Influence is computed for training examples only: add train to predictSplits to get a comparison on "
                    + "the training split.");
        var observers = await ObserversAsync(db, comparison, cohorts, cancellation);
        var wanted = await WantedEpochsAsync(db, comparison, observers[0], cancellation);
        if (wanted.Length == 0)
            return Bins.None(
                "The model has none of the epochs in observationEpochs: omit observationEpochs, or name an epoch of " +
                "the model.");
        // Another sweep may have wanted more epochs of the same runs.
        var epochs = observers.Select(run => run.ObservedEpochs)
            .Aggregate(wanted, (common, more) => [.. common.Intersect(more)]).Order().ToList();
        if (epochs.Count == 0)
            return Bins.None(
                "No epoch was observed by all dense runs of these seeds: one has failed, or is being trained again.");

        var losses = SeedLosses.Of(
            gold, cohorts.Dense.Zip(cohorts.Pruned, (dense, pruned) => (FinalScores(dense), FinalScores(pruned))));
        bool[] isPie = [.. labels.Select(label => label.IsPie)];
        InfluenceRanking? first = null;
        foreach (var epoch in epochs)
        {
            var ranking = InfluenceRanking.Of(
                El2n.MeanOverSeeds(gold, observers.Select(run => EarlyScores(run, epoch))));
            db.Influences.Add(new Influence
            {
                ComparisonId = comparison.Id,
                Epoch = epoch,
                Bins = InfluenceBin.Of(ranking.Bin, ranking.El2n, isPie, losses),
            });
            first ??= ranking;
        }
        await db.SaveChangesAsync(cancellation);
        return new Bins(epochs, first, Reason: null);

        // The scores of one run at a time: those of a whole cohort may be gigabytes.
        float[] FinalScores(Run run) => PackedPredictions.Scores(
            db.RunPredictions.Where(predictions => predictions.RunId == run.Id && predictions.Split == comparison.Split)
                .Select(predictions => predictions.Scores).Single());

        float[] EarlyScores(Run run, int epoch) => PackedPredictions.Scores(
            db.RunObservations.Where(observation => observation.RunId == run.Id && observation.Epoch == epoch)
                .Select(observation => observation.Scores).Single());
    }

    private static Task<int[]> WantedEpochsAsync(
        PieDbContext db, Comparison comparison, Run observer, CancellationToken cancellation) =>
        db.SweepRuns
            .Where(link => link.SweepId == comparison.SweepId && link.RunId == observer.Id)
            .Select(link => link.WantedEpochs).SingleAsync(cancellation);

    /// <summary>
    /// The dense runs of the cohort's seeds. They are also used if the baseline is dense4E, whose first epochs are the
    /// same.
    /// </summary>
    private static async Task<IReadOnlyList<Run>> ObserversAsync(
        PieDbContext db, Comparison comparison, Cohorts cohorts, CancellationToken cancellation)
    {
        if (comparison.Baseline == Recipes.Method.Dense) return cohorts.Dense;
        var (fingerprint, seeds) =
            (Recipes.RecipeFingerprint.Of(cohorts.Dense[0].Recipe.Dense), cohorts.Dense.Select(run => run.Seed)
                .ToArray());
        return await (from link in db.SweepRuns
                      join run in db.Runs on link.RunId equals run.Id
                      where link.SweepId == comparison.SweepId && run.Fingerprint == fingerprint
                          && seeds.Contains(run.Seed)
                      orderby run.Seed
                      select run).AsNoTracking().ToListAsync(cancellation);
    }

    /// <returns>The predictions, including those of the dense runs whose seeds no pruned run has.</returns>
    private static async Task<(ComparedAnswers Compared, IReadOnlyList<PackedLabels> AllDense)> AnswersAsync(
        PieDbContext db, Comparison comparison, Cohorts cohorts, CancellationToken cancellation)
    {
        var (id, task, classCount) = cohorts.Dataset;
        var gold = await db.Examples
            .Where(example => example.DatasetId == id && example.Split == comparison.Split)
            .OrderBy(example => example.Position).Select(example => example.Labels).ToListAsync(cancellation);
        var ids = cohorts.AllDense.Concat(cohorts.Pruned).Select(run => run.Id).ToArray();
        var classes = await db.RunPredictions
            .Where(predictions => predictions.Split == comparison.Split && ids.Contains(predictions.RunId))
            .ToDictionaryAsync(predictions => predictions.RunId, predictions => predictions.Classes, cancellation);
        return (new(PackedLabels.Of(task, classCount, gold), Of(cohorts.Dense), Of(cohorts.Pruned)),
            Of(cohorts.AllDense));

        IReadOnlyList<PackedLabels> Of(IReadOnlyList<Run> runs) =>
            [.. runs.Select(run => new PackedLabels(task, classCount, classes[run.Id]))];
    }

    private static async Task CopyAsync(
        PieDbContext db, Comparison comparison, Cohorts cohorts, IEnumerable<LabelledExample> labels,
        InfluenceRanking? influence, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync("""
            COPY pie_labels (comparison_id, position, example_id, gold, dense_votes, pruned_votes, runs, dense_mode,
                pruned_mode,
                dense_tied, pruned_tied, margin, is_pie, direction, el2n, influence_bin) FROM STDIN (FORMAT BINARY)
            """, cancellation);
        foreach (var label in labels)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(comparison.Id, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(label.Position, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(
                Datasets.Example.IdOf(cohorts.Dataset.Id, comparison.Split, label.Position), NpgsqlDbType.Uuid,
                cancellation);
            await WriteAsync(label.Gold, NpgsqlDbType.Smallint);
            await copy.WriteAsync(label.DenseVotes, NpgsqlDbType.Array | NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(label.PrunedVotes, NpgsqlDbType.Array | NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync((short)cohorts.Dense.Count, NpgsqlDbType.Smallint, cancellation);
            await WriteAsync(label.DenseMode, NpgsqlDbType.Smallint);
            await WriteAsync(label.PrunedMode, NpgsqlDbType.Smallint);
            await copy.WriteAsync(label.DenseTied, NpgsqlDbType.Boolean, cancellation);
            await copy.WriteAsync(label.PrunedTied, NpgsqlDbType.Boolean, cancellation);
            await copy.WriteAsync(label.Margin, NpgsqlDbType.Double, cancellation);
            await copy.WriteAsync(label.IsPie, NpgsqlDbType.Boolean, cancellation);
            if (label.Direction is { } direction)
                await copy.WriteAsync(Wire.Name(direction), NpgsqlDbType.Text, cancellation);
            else await copy.WriteNullAsync(cancellation);
            await WriteAsync(influence?.El2n[label.Position], NpgsqlDbType.Double);
            await WriteAsync((short?)influence?.Bin[label.Position], NpgsqlDbType.Smallint);
        }
        await copy.CompleteAsync(cancellation);

        Task WriteAsync<T>(T? value, NpgsqlDbType type) where T : struct =>
            value is { } known ? copy.WriteAsync(known, type, cancellation) : copy.WriteNullAsync(cancellation);
    }
}
