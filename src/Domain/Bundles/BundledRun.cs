using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Domain.Bundles;

/// <summary>
/// A run in a bundle, with its results and the conditions under which they were computed, and nothing of its leases,
/// its files or its worker. Its packed predictions are the next ones in the files of their splits and epochs.
/// </summary>
/// <param name="Ordinal">Its place in the sweep.</param>
/// <param name="Model">The name of its model in the sweep.</param>
/// <param name="Recipe">Null for a run of a foreign cohort.</param>
/// <param name="Cohort">The name of the foreign cohort; null for a run with a recipe.</param>
/// <param name="State">succeeded, failed or cancelled.</param>
/// <param name="PredictionHash">The hash of its predictions for test, or of imported ones; null if it has none.</param>
/// <param name="Observed">The epochs after which it predicted the training split, ascending.</param>
public sealed record BundledRun(
    Guid Id, int Ordinal, string Model, string Fingerprint, Recipe? Recipe, string? Cohort, int Seed, RunState State,
    int EpochsDone, string? Error, string? Device, RunOutcome? Outcome, RunScore? ImportedScore,
    string? PredictionHash, double? TrainingSeconds, VectorCoverage? VectorCoverage, bool Repeatable,
    IReadOnlyList<BundledPredictions> Predictions, IReadOnlyList<int> Observed, IReadOnlyList<BundledMetric> Metrics,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    /// <param name="wantedSplits">The wire names of the splits that the sweep compares.</param>
    public StudiedRun AsStudied(IEnumerable<string> wantedSplits, StudiedValues values) => new(
        Model, Cohort ?? Fingerprint, Seed, State, PredictionHash, [.. wantedSplits.Order(StringComparer.Ordinal)],
        values);
}

/// <summary>The predictions of a run for a split, in the files of that split.</summary>
/// <param name="Scores">Whether the file of the scores has those of this run.</param>
/// <param name="Answers">Whether the file of the open answers has those of this run.</param>
/// <param name="Threshold">Null for single-label data.</param>
public sealed record BundledPredictions(Split Split, bool Scores, bool Answers, double? Threshold);

/// <summary>A <see cref="RunMetric"/> in a bundle.</summary>
public sealed record BundledMetric(
    int Epoch, Split Split, double Loss, double Accuracy, double MacroF1, double MicroF1, double MacroPrecision,
    double MicroPrecision, double MacroRecall, double MicroRecall, double? Threshold, double Seconds)
{
    public static BundledMetric Of(RunMetric metric) => new(
        metric.Epoch, metric.Split, metric.Loss, metric.Accuracy, metric.MacroF1, metric.MicroF1,
        metric.MacroPrecision, metric.MicroPrecision, metric.MacroRecall, metric.MicroRecall, metric.Threshold,
        metric.Seconds);

    public RunMetric AsMetric(Guid run) => new()
    {
        RunId = run,
        Epoch = Epoch,
        Split = Split,
        Loss = Loss,
        Accuracy = Accuracy,
        MacroF1 = MacroF1,
        MicroF1 = MicroF1,
        MacroPrecision = MacroPrecision,
        MicroPrecision = MicroPrecision,
        MacroRecall = MacroRecall,
        MicroRecall = MicroRecall,
        Threshold = Threshold,
        Seconds = Seconds,
    };
}
