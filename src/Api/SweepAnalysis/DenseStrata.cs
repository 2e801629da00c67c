using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>The strata of the examples by the margin of the dense cohort, for each dense cohort once.</summary>
public sealed class DenseStrata
{
    private readonly Dictionary<string, byte[]> byCohort = [];

    public static async Task<DenseStrata> ReadAsync(
        PieDbContext db, ComparedSets sets, CancellationToken cancellation)
    {
        var strata = new DenseStrata();
        foreach (var comparison in sets.Comparisons)
            if (comparison.Summary is { } summary && !strata.byCohort.ContainsKey(CohortOf(comparison)))
                strata.byCohort[CohortOf(comparison)] =
                    await ReadAsync(db, sets.Task, comparison.Number, summary.Examples, cancellation);
        return strata;
    }

    /// <returns>The same array for comparisons with the same dense cohort.</returns>
    public byte[] Of(Comparison comparison) => byCohort[CohortOf(comparison)];

    /// <summary>
    /// A complete comparison has all dense runs of its fingerprint. Another one has only those whose pruned run has
    /// succeeded, and imported pairs have only those of the seeds that both cohorts have, which may be other runs than
    /// those of a comparison with as many.
    /// </summary>
    private static string CohortOf(Comparison comparison) =>
        comparison.Summary!.Complete && comparison.Kind.SharesDenseRuns(comparison.IsPaired)
            ? $"{comparison.DenseFingerprint} {comparison.Split}" : $"{comparison.Id}";

    private static async Task<byte[]> ReadAsync(
        PieDbContext db, LearningTask task, int number, int examples, CancellationToken cancellation)
    {
        var strata = new byte[examples];
        var labels = db.PieLabels.Where(label => label.ComparisonNumber == number)
            .Select(label => new { label.Position, label.DenseVotes, label.DenseRuns }).AsAsyncEnumerable();
        await foreach (var label in labels.WithCancellation(cancellation))
            strata[label.Position] =
                (byte)OverlapGivenMargin.Stratum(task, PackedVotes.Unpack(label.DenseVotes), label.DenseRuns);
        return strata;
    }
}
