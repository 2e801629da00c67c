using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>
/// Estimates the cost of a sweep: only runs that do not exist yet count, and the live workers determine the time.
/// </summary>
public static class PlanQuery
{
    public static async Task<SweepPlan> AskAsync(
        PieDbContext db, Dataset dataset, PlannedSweep plan, SweepRequest request,
        LiveResources live, CancellationToken cancellation)
    {
        var fingerprints = plan.Runs.Select(run => run.Fingerprint).Distinct().ToArray();
        var wanted = plan.Runs.ToDictionary(
            run => (run.Fingerprint, run.Seed), run => run.Wish.Splits.Select(Wire.Name).ToArray());
        // A run that is still to be trained will keep its model and its observations if the sweep requests them, so
        // only finished runs can lack them.
        var lacking = await SweepStore.LackingAsync(db, dataset.Id, plan.Runs, cancellation);
        var existing = (await db.Runs
            .Where(run => run.DatasetId == dataset.Id && fingerprints.Contains(run.Fingerprint)
                && (run.State == RunState.Queued || run.State == RunState.Running || run.PredictedSplits != null))
            .Select(run => new
            {
                run.Id,
                run.Fingerprint,
                run.Seed,
                Splits = run.PredictedSplits ?? run.PredictSplits,
                IsTrunk = run.State != RunState.Succeeded || run.CheckpointPath != null,
            })
            .ToListAsync(cancellation))
            .Where(run => wanted.TryGetValue((run.Fingerprint, run.Seed), out var splits)
                && splits.All(run.Splits.Contains) && !lacking.Contains(run.Id))
            .ToDictionary(run => (run.Fingerprint, run.Seed), run => run.IsTrunk);
        var (slots, cost) =
            (Math.Max(1, live.Workers.Sum(worker => worker.Slots)),
                new TrainingCost(live.Files));

        var fresh = plan.Runs.Where(run => !existing.ContainsKey((run.Fingerprint, run.Seed))).ToList();
        var requested = plan.Runs.Sum(run => (long)run.Recipe.Plan.TotalEpochs);
        var toTrain = fresh.Select(run => (run.Recipe, Epochs: run.Recipe.Plan.TotalEpochs - SharedOf(run))).ToList();
        var train = SplitOf(dataset, Split.Train);
        var predicted = fresh.Sum(run => run.Wish.Splits.Sum(split => (long)SplitOf(dataset, split).Examples));
        var observed = fresh.Sum(run => (long)run.Wish.Epochs.Count) * train.Examples;
        var trunks = fresh.Where(run => run.TrunkFingerprint is not null)
            .Select(run => (run.TrunkFingerprint, run.Seed)).Distinct().Count();
        return new SweepPlan(
            plan.Runs.Count,
            new PlannedEpochs(
                requested, requested - toTrain.Sum(run => (long)run.Epochs), toTrain.Sum(run => (long)run.Epochs)),
            toTrain.Sum(run => run.Epochs * cost.EpochSeconds(run.Recipe, train)) / slots,
            (predicted + observed)
                * (PackedLabels.BytesPerExample(dataset.Task, dataset.Labels.Length) + (2 * dataset.Labels.Length)),
            plan.Comparisons.Sum(comparison =>
                (long)SplitOf(dataset, comparison.Split).Examples
                    * LabelSize.BytesPerExample(dataset.Labels.Length, comparison.Split)),
            fresh.Count == 0 ? 0 : (trunks + 2 * slots) * fresh.Max(run => cost.CheckpointBytes(run.Recipe, train)),
            fresh.Where(run => run.Wish.Model).Sum(run => cost.ModelBytes(run.Recipe, train)),
            plan.Comparisons.Count,
            fresh.Count == 0 ? [] : BlockedReasons.Of(live.Workers).ReasonsFor(
                request.Models!.Select(model => new RunNeed(
                    model.DeviceOrDefault, model.Vectors, model.Checkpoint))),
            plan.Comparisons is [var first, ..]
                ? Detectable.Of(request.Seeds!.Count, SplitOf(dataset, first.Split).Examples) : null);

        // The trunk is trained by this sweep, or its last checkpoint is still kept.
        int SharedOf(PlannedRun run) =>
            run.TrunkFingerprint is { } trunk && (!existing.TryGetValue((trunk, run.Seed), out var isTrunk) || isTrunk)
                ? run.Recipe.Plan.SharedEpochs : 0;
    }

    private static SplitSummary SplitOf(Dataset dataset, Split split) =>
        dataset.Splits.Single(summary => summary.Split == split);
}
