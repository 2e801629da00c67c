using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Bench;

/// <summary>
/// The analysis of halves of the seeds: 100 splits of 30 dense and 30 pruned runs on three labels, whose predictions
/// are right with chances that differ between examples.
/// </summary>
internal static class Halves
{
    private const int Runs = 30, Labels = 3;

    public static void Run(int examples)
    {
        var gold = PackedLabels.OfClasses(Labels, Enumerable.Range(0, examples).Select(i => i % Labels));
        var (dense, pruned) = (Cohort("dense", examples, 60), Cohort("pruned", examples, 40));
        (int[] A, int[] B)[] splits = [.. NoiseFloor.Pairs(Runs, Runs / 2)];
        var (before, allocated) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        var tally = new SeedHalvesTally(splits, splits);
        tally.Add(new ComparedAnswers(gold, dense, pruned));
        var halves = tally.Halves();
        var (time, bytes) =
            (Environment.CpuUsage.TotalTime - before, GC.GetTotalAllocatedBytes(precise: true) - allocated);
        Measured.Say(
            $"{examples} examples x {halves.Splits} splits of {Runs} + {Runs} runs: {time.TotalSeconds:F2} s of "
            + $"processor time, {bytes >> 20} MiB allocated; Jaccard {halves.Jaccard:F3}");
    }

    /// <param name="fewest">The percentage of right predictions on the most difficult examples.</param>
    private static PackedLabels[] Cohort(string name, int examples, int fewest) =>
    [
        .. Enumerable.Range(0, Runs).Select(run =>
        {
            var random = KeyedRandom.For("bench halves", name, run);
            return PackedLabels.OfClasses(Labels, Enumerable.Range(0, examples).Select(i =>
                random.NextInt(100) < fewest + (i % 50) ? i % Labels : random.NextInt(Labels)));
        }),
    ];
}
