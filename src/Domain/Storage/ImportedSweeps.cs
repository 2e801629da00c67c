using Microsoft.EntityFrameworkCore;
using PieService.Domain.Foreign;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>
/// Stores imported predictions as a sweep whose runs have succeeded, or adds them to such a sweep; all of it or
/// nothing. Its comparisons wait to be labelled, as those of any sweep.
/// </summary>
public sealed class ImportedSweeps(IDbContextFactory<PieDbContext> contexts)
{
    /// <summary>Stores a new sweep, and its dataset if the files have the examples.</summary>
    /// <param name="import">The definition of these predictions.</param>
    /// <param name="alongWith">Runs in the same transaction, as its last step.</param>
    public Task AddAsync(
        Guid id, PredictionImport import, ForeignPredictions predictions, Func<PieDbContext, Task>? alongWith,
        CancellationToken cancellation) =>
        InTransactionAsync(async (db, now) =>
        {
            var sweep = new Sweep
            {
                Id = id,
                Name = import.Name!,
                DatasetId = import.Dataset!.Id
                    ?? await AddDatasetAsync(db, import, predictions, now, cancellation),
                Foreign = new(import.Replication, import.Cohorts!),
            };
            db.Sweeps.Add(sweep);
            await AddRunsAsync(db, sweep, import, predictions, now, cancellation);
            await AddComparisonsAsync(db, sweep, import.Split, cancellation);
        }, alongWith, cancellation);

    private async Task InTransactionAsync(
        Func<PieDbContext, DateTimeOffset, Task> store, Func<PieDbContext, Task>? alongWith,
        CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var now = await db.Database.SqlQuery<DateTimeOffset>($"""SELECT now() AS "Value" """)
            .SingleAsync(cancellation);
        await store(db, now);
        if (alongWith is not null) await alongWith(db);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<Guid> AddDatasetAsync(
        PieDbContext db, PredictionImport import, ForeignPredictions predictions, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var dataset = FoundDataset.Of(
            Guid.CreateVersion7(), import.Dataset!.Name!, import.Split, predictions, now);
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync(cancellation);
        await ExampleCopy.WriteAsync(
            db, FoundDataset.Examples(dataset.Id, import.Split, predictions), cancellation);
        return dataset.Id;
    }

    /// <summary>One run after the other, because the predictions of one are in memory at a time.</summary>
    private static async Task AddRunsAsync(
        PieDbContext db, Sweep sweep, PredictionImport import, ForeignPredictions predictions, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var split = Wire.Name(import.Split);
        foreach (var (ordinal, foreign) in predictions.Runs.Index())
        {
            var answers = predictions.Answers(foreign);
            var run = new Run
            {
                Id = Guid.CreateVersion7(),
                DatasetId = sweep.DatasetId,
                SweepId = sweep.Id,
                Fingerprint = ForeignFingerprint.Of(sweep.Id, foreign.Cohort.Name!),
                Cohort = foreign.Cohort.Name,
                Seed = foreign.Seed,
                Architecture = Architecture.External,
                Method = Method.External,
                Sparsity = foreign.Cohort.Sparsity ?? 0,
                AchievedSparsity = (double?)foreign.Cohort.Sparsity,
                State = RunState.Succeeded,
                Ordinal = ordinal,
                PredictSplits = [split],
                PredictedSplits = [split],
                PredictionHash = PackedPredictions.Hash(answers.Labels.Bytes, answers.Scores),
                ImportedScore = RunScore.Of(LabelCounts.Of(predictions.Gold, answers.Labels).Scores(), loss: null),
                CreatedAt = now,
                StartedAt = now,
                FinishedAt = now,
            };
            db.Runs.Add(run);
            db.SweepRuns.Add(new SweepRun
            {
                SweepId = sweep.Id,
                RunId = run.Id,
                Ordinal = ordinal,
                Model = foreign.Cohort.Model!,
                WantedSplits = [split],
                WantedEpochs = [],
            });
            db.RunPredictions.Add(new RunPredictions
            {
                RunId = run.Id,
                Split = import.Split,
                Examples = answers.Labels.Count,
                ClassCount = predictions.Labels.Count,
                Classes = answers.Labels.Bytes,
                Scores = answers.Scores,
                Threshold = foreign.Threshold,
            });
            if (predictions.Task == ForeignTask.Correctness) AddAnswers(db, run.Id, import, predictions, foreign);
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }
    }

    private static void AddAnswers(
        PieDbContext db, Guid run, PredictionImport import, ForeignPredictions predictions, ForeignRun foreign)
    {
        foreach (var (block, texts) in predictions.AnswerTexts(foreign).Chunk(RunAnswers.Examples).Index())
            db.RunAnswers.Add(new RunAnswers
            {
                RunId = run,
                Split = import.Split,
                Start = block * RunAnswers.Examples,
                // PostgreSQL cannot store U+0000 in a text.
                Texts = Array.ConvertAll(texts, text => text?.Replace('\0', '\uFFFD')),
            });
    }

    internal static async Task AddComparisonsAsync(
        PieDbContext db, Sweep sweep, Datasets.Split split, CancellationToken cancellation)
    {
        var seeds = (await db.Runs.Where(run => run.SweepId == sweep.Id).Select(run => new { run.Cohort, run.Seed })
            .ToListAsync(cancellation)).ToLookup(run => run.Cohort, run => run.Seed);
        foreach (var (ordinal, (baseline, compared)) in sweep.Foreign!.Comparisons().Index())
        {
            var isPaired = compared.Pairing != SeedPairing.None;
            var common = seeds[baseline.Name].Intersect(seeds[compared.Name]).Count();
            db.Comparisons.Add(new Comparison
            {
                Id = Guid.CreateVersion7(),
                SweepId = sweep.Id,
                Ordinal = ordinal,
                Model = compared.Model!,
                Architecture = Architecture.External,
                Method = Method.External,
                Sparsity = compared.Sparsity ?? 0,
                Baseline = Method.External,
                Split = split,
                DenseFingerprint = ForeignFingerprint.Of(sweep.Id, baseline.Name!),
                PrunedFingerprint = ForeignFingerprint.Of(sweep.Id, compared.Name!),
                IsPaired = isPaired,
                ExpectedDense = isPaired ? common : seeds[baseline.Name].Count(),
                ExpectedPruned = isPaired ? common : seeds[compared.Name].Count(),
                Cohort = compared.Name,
                Compression = compared.Compression,
                Bits = compared.Bits,
            });
        }
        await db.SaveChangesAsync(cancellation);
    }
}
