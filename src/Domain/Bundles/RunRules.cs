using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>The conditions for the runs of a bundle, which are checked in their order.</summary>
internal sealed class RunRules(BundleFile bundle, BundledStudy study)
{
    /// <summary>By the name of the foreign cohort, or the fingerprint of the recipe.</summary>
    private readonly Dictionary<string, HashSet<int>> seeds = new(StringComparer.Ordinal);

    private Split? splitOfCohorts;
    private int runs, lastOrdinal = -1;

    /// <returns>What the sweep wants of the run.</returns>
    /// <exception cref="UnreadableFileException">The run breaks a condition.</exception>
    public RunWish Check(BundledRun run)
    {
        var wish = study.WishOf(run, runs++) ?? throw Error(
            "fingerprint",
            "is not that of the run at this place of the sweep: model, seed, recipe and fingerprint must follow from "
            + BundleEntries.Sweep);
        CheckSeed(run);
        CheckState(run);
        CheckPredictions(run, wish);
        if (run.Observed.Except(wish.Epochs).Any()
            || run.Observed.Zip(run.Observed.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw Error("observed", "must be epochs that the sweep observes, ascending");
        if (run.Metrics.DistinctBy(metric => (metric.Epoch, metric.Split)).Count() < run.Metrics.Count)
            throw Error("metrics", "must have one entry for each epoch and split");
        return wish;
    }

    /// <summary>Checks that no run is missing.</summary>
    public void CheckEnd()
    {
        if (study.Plan is { } plan && runs != plan.Runs.Count)
            throw bundle.Error(BundleEntries.Runs, $"has {runs} runs; the sweep has {plan.Runs.Count}");
        if (study.Sweep.Foreign is { } cohorts)
            foreach (var error in SeedRules.Check(cohorts, seeds))
                throw bundle.Error(BundleEntries.Sweep, error.Message, column: $"foreign.{error.Field}");
    }

    private void CheckSeed(BundledRun run)
    {
        var cohort = run.Cohort ?? run.Fingerprint;
        if (!seeds.TryGetValue(cohort, out var known)) seeds.Add(cohort, known = []);
        if (!known.Add(run.Seed)) throw Error("seed", "is that of an earlier run of the cohort");
        if (run.Cohort is null) return;
        if (run.Seed < 0) throw Error("seed", "must not be negative");
        if (known.Count > ImportLimits.Seeds)
            throw Error("seed", $"is one more than the {ImportLimits.Seeds} seeds that a cohort may have");
        if (run.Ordinal <= lastOrdinal) throw Error("ordinal", "must be above that of the line before");
        lastOrdinal = run.Ordinal;
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
