using System.Security.Cryptography;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>A run of a bundle with its packed predictions, whose hash and classes are checked.</summary>
/// <param name="Wish">What the sweep wants of the run.</param>
/// <param name="Observations">Read from the bundle while they are enumerated, which can be done once, before the next
/// run is read.</param>
/// <param name="Answers">The open answers to the examples of the split of its predictions, in the blocks of
/// <see cref="RunAnswers"/>; empty if it has none. They are read as the observations are.</param>
public sealed record RunResults(
    BundledRun Run, RunWish Wish, IReadOnlyList<PackedResult> Predictions, IEnumerable<PackedResult> Observations,
    IEnumerable<string?[]> Answers)
{
    /// <summary>Reads the observations and the answers.</summary>
    public StudiedRun AsStudied() => Run.AsStudied(
        Wish.Splits.Select(Wire.Name),
        new(
            [.. Predictions.Concat(Observations).Select(result => result.AsStudied())],
            [.. Answers.Select(StudiedValues.DigestOf)]));

    /// <summary>The share of the weights that was removed, as a worker computes it of a trained model.</summary>
    /// <param name="ofCohort">The share that a foreign cohort states.</param>
    public double? AchievedSparsity(decimal? ofCohort) => Run switch
    {
        { Outcome: { } outcome } => PrunableWeights.Of(outcome.Tensors).AchievedSparsity,
        { Cohort: not null } => (double?)ofCohort,
        _ => null,
    };
}

/// <summary>The predictions of a run for a split, at the end of its training or after an early epoch.</summary>
/// <param name="Epoch">Null at the end of the training.</param>
/// <param name="Threshold">Null for single-label data, and after an early epoch.</param>
public sealed record PackedResult(Split Split, int? Epoch, PackedLabels Classes, byte[]? Scores, double? Threshold)
{
    public StudiedResult AsStudied() => new(
        Wire.Name(Split), Epoch, Threshold, Digest(Classes.Bytes), Scores is null ? null : Digest(Scores));

    public RunPredictions AsPredictions(Guid run) => new()
    {
        RunId = run,
        Split = Split,
        Examples = Classes.Count,
        ClassCount = Classes.ClassCount,
        Classes = Classes.Bytes,
        Scores = Scores,
        Threshold = Threshold,
    };

    public RunObservation AsObservation(Guid run) => new()
    {
        RunId = run,
        Epoch = Epoch!.Value,
        Examples = Classes.Count,
        ClassCount = Classes.ClassCount,
        Classes = Classes.Bytes,
        Scores = Scores!,
    };

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
