using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>The conditions for the runs of a bundle, which are checked in their order.</summary>
internal sealed class RunRules(BundleFile bundle, BundledStudy study)
{
    private readonly HashSet<(string Fingerprint, int Seed)> seen = [];
    private Split? splitOfCohorts;
    private int runs;

    /// <returns>What the sweep wants of the run.</returns>
    /// <exception cref="UnreadableFileException">The run breaks a condition.</exception>
    public RunWish Check(BundledRun run)
    {
        var wish = study.WishOf(run, runs++) ?? throw Error(
            "fingerprint",
            "is not that of the run at this place of the sweep: model, seed, recipe and fingerprint must follow from "
            + BundleEntries.Sweep);
        if (!seen.Add((run.Fingerprint, run.Seed))) throw Error("seed", "is that of an earlier run of the cohort");
        CheckState(run);
        CheckPredictions(run, wish);
        if (run.Observed.Except(wish.Epochs).Any() || run.Observed.Distinct().Count() < run.Observed.Count)
            throw Error("observed", "must be epochs that the sweep observes, each once");
        if (run.Metrics.DistinctBy(metric => (metric.Epoch, metric.Split)).Count() < run.Metrics.Count)
            throw Error("metrics", "must have one entry for each epoch and split");
        return wish;
    }

    /// <summary>Checks that no run is missing.</summary>
    public void CheckEnd()
    {
        if (runs == 0 || (study.Plan is { } plan && runs != plan.Runs.Count))
            throw bundle.Error(
                BundleEntries.Runs, $"has {runs} runs; the sweep has {study.Plan?.Runs.Count ?? 1} or more");
    }

    private void CheckState(BundledRun run)
    {
        var hasResults = run.PredictionHash is not null && run.Predictions.Count > 0
            && (run.Recipe is null ? run.ImportedScore is not null : run is { Outcome: not null, Device: not null });
        var hasNone = run is { PredictionHash: null, Predictions: [], Observed: [], Outcome: null };
        if (run.State switch
        {
            RunState.Succeeded => !hasResults,
            RunState.Failed or RunState.Cancelled => !hasNone,
            _ => true,
        })
            throw Error("state", "must be succeeded, with results, or failed or cancelled, without");
    }

    private void CheckPredictions(BundledRun run, RunWish wish)
    {
        var splits = run.Predictions.Select(of => of.Split).ToList();
        if (splits.Zip(splits.Skip(1)).Any(pair => pair.First >= pair.Second) || splits.Except(wish.Splits).Any())
            throw Error("predictions", "must be for splits that the sweep predicts: train, validation, test");
        if (run.Recipe is null)
        {
            splitOfCohorts ??= splits[0];
            if (splits[0] != splitOfCohorts) throw Error("predictions", "must be for the split of the other runs");
        }
        else if (run.State == RunState.Succeeded
            && (!splits.Contains(Split.Test) || run.Predictions.Any(of => !of.Scores || of.Answers)))
            throw Error("predictions", "must include test, with scores and without answers, for a trained model");
    }

    private UnreadableFileException Error(string field, string message) =>
        bundle.Error(BundleEntries.Runs, message, runs, field);
}
