using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>
/// Planned runs as columns that SQL unnests. PostgreSQL has no arrays of arrays of different lengths, so an array of a
/// wish becomes an array literal here, which SQL casts.
/// </summary>
internal sealed record PlannedColumns(
    string[] Fingerprints, int[] Seeds, string[] WantedSplits, string[] WantedEpochs, bool[] WantsModel,
    string[] Devices)
{
    public static PlannedColumns Of(IReadOnlyList<PlannedRun> runs) => new(
        [.. runs.Select(run => run.Fingerprint)],
        [.. runs.Select(run => run.Seed)],
        [.. runs.Select(run => Literal(run.Wish.Splits.Select(Wire.Name)))],
        [.. runs.Select(run => Literal(run.Wish.Epochs))],
        [.. runs.Select(run => run.Wish.Model)],
        [.. runs.Select(run => Wire.Name(run.Device))]);

    /// <param name="values">Numbers, or names without characters that have a meaning in an array literal.</param>
    private static string Literal<T>(IEnumerable<T> values) => $"{{{string.Join(',', values)}}}";
}
