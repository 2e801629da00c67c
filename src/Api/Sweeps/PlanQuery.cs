using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>What a sweep would cost here and now: without the runs that exist, on the workers that are alive.</summary>
public static class PlanQuery
{
    public static async Task<SweepPlan> AskAsync(PieDbContext db, Dataset dataset, PlannedSweep plan, SweepRequest request, CancellationToken cancellation)
    {
        var (wish, keepsModels) = (Json.Write(request), request.KeepModels == KeepModels.Last);
        IReadOnlyList<Split> splits = [.. request.PredictSplitsOrDefault.Append(Split.Test).Distinct()];
        var wanted = splits.Select(Wire.Name).ToArray();
        var fingerprints = plan.Runs.Select(run => run.Fingerprint).Distinct().ToArray();
        // One that is still to be trained keeps its model, and what it answers early, where that is wanted.
        var lacking = (await db.Database.SqlQuery<Guid>($"""
            SELECT id AS "Value" FROM runs
            WHERE dataset_id = {dataset.Id} AND predicted_splits IS NOT NULL AND NOT pie_serves(predicted_splits, outcome, {wish}::jsonb, recipe, seed)
            """).ToListAsync(cancellation)).ToHashSet();
        var existing = (await db.Runs
            .Where(run => run.DatasetId == dataset.Id && fingerprints.Contains(run.Fingerprint) && (run.State == RunState.Queued || run.State == RunState.Running || run.PredictedSplits != null))
            .Select(run => new { run.Id, run.Fingerprint, run.Seed, Splits = run.PredictedSplits ?? run.PredictSplits, IsTrunk = run.State != RunState.Succeeded || run.CheckpointPath != null })
            .ToListAsync(cancellation)).Where(run => wanted.All(run.Splits.Contains) && !lacking.Contains(run.Id)).ToDictionary(run => (run.Fingerprint, run.Seed), run => run.IsTrunk);
        var workers = await db.Workers.FromSql($"SELECT * FROM live_workers").OrderBy(worker => worker.Id).AsNoTracking().ToListAsync(cancellation);
        var (slots, cost) = (Math.Max(1, workers.Sum(worker => worker.Slots)), new TrainingCost(workers.SelectMany(worker => worker.Models)));

        var fresh = plan.Runs.Where(run => !existing.ContainsKey((run.Fingerprint, run.Seed))).ToList();
        var requested = plan.Runs.Sum(run => (long)run.Recipe.Plan.TotalEpochs);
        var toTrain = fresh.Select(run => (run.Recipe, Epochs: run.Recipe.Plan.TotalEpochs - SharedOf(run))).ToList();
        var (train, predicted) = (SplitOf(dataset, Split.Train), splits.Sum(split => (long)SplitOf(dataset, split).Examples));
        var trunks = fresh.Where(run => run.TrunkFingerprint is not null).Select(run => (run.TrunkFingerprint, run.Seed)).Distinct().Count();
        var observations = 0L;
        foreach (var cohort in fresh.Where(run => run.Recipe.Method == Method.Dense).GroupBy(run => run.Recipe))
        {
            observations += await db.Database.SqlQuery<long>($"""
                SELECT sum(cardinality(pie_observation_epochs({wish}::jsonb, {Json.Write(cohort.Key)}::jsonb, seed)))::bigint AS "Value" FROM unnest({cohort.Select(run => run.Seed).ToArray()}) AS seed
                """).SingleAsync(cancellation);
        }
        return new SweepPlan(
            plan.Runs.Count,
            new PlannedEpochs(requested, requested - toTrain.Sum(run => (long)run.Epochs), toTrain.Sum(run => (long)run.Epochs)),
            toTrain.Sum(run => run.Epochs * cost.EpochSeconds(run.Recipe, train)) / slots,
            ((fresh.Count * predicted) + (observations * train.Examples)) * (PackedLabels.BytesPerExample(dataset.Task, dataset.Labels.Length) + (2 * dataset.Labels.Length)),
            fresh.Count == 0 ? 0 : (trunks + 2 * slots) * fresh.Max(run => cost.CheckpointBytes(run.Recipe, train)),
            keepsModels ? fresh.Sum(run => cost.ModelBytes(run.Recipe, train)) : 0,
            plan.Comparisons.Count,
            fresh.Count == 0 ? [] : Standstill.Of(workers).ReasonsFor(request));

        // A trunk that this sweep trains itself, or one whose end is still kept.
        int SharedOf(PlannedRun run) =>
            run.TrunkFingerprint is { } trunk && (!existing.TryGetValue((trunk, run.Seed), out var isTrunk) || isTrunk) ? run.Recipe.Plan.SharedEpochs : 0;
    }

    private static SplitSummary SplitOf(Dataset dataset, Split split) => dataset.Splits.Single(summary => summary.Split == split);
}
