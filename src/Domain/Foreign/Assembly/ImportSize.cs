using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The size of the packed answers: a run is one value in the database, and all runs wait on the disk.
/// </summary>
public static class ImportSize
{
    /// <param name="rowBytes">The bytes of an example of each run.</param>
    /// <returns>Why the answers are too large; null if they are not.</returns>
    public static string? Fault(int examples, int labels, IReadOnlyList<int> rowBytes)
    {
        var (run, all) = ((long)rowBytes.Max() * examples, rowBytes.Sum(bytes => (long)bytes) * examples);
        return run > SweepRules.MaxPredictionBytes
            ? $"has {examples} examples and {labels} labels: the predictions of a run would take {run} bytes, but the "
                + $"limit is {SweepRules.MaxPredictionBytes}; import fewer examples, or answers without scores"
            : all > ImportLimits.AnswerBytes
                ? $"has {examples} examples, {labels} labels and {rowBytes.Count} runs: their answers would take {all} "
                    + $"bytes, but the limit is {ImportLimits.AnswerBytes}; import fewer runs at a time, with sweepId"
                : null;
    }
}
