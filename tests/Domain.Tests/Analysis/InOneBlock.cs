using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Analysis;

/// <summary>What is computed a block of examples at a time, for examples that are one block.</summary>
internal static class InOneBlock
{
    public static SeedDistances Distances(IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned)
    {
        var tally = new SeedDistances.Tally(dense.Count, pruned.Count);
        tally.Add(dense, pruned);
        return tally.Distances();
    }

    public static SeedEffect Effect(
        IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned, bool paired) =>
        SeedEffect.Of(Distances(dense, pruned), new(dense.Count, pruned.Count, paired));

    public static FlipTally Flips(ComparedAnswers answers, bool paired, ComparedTexts? texts = null)
    {
        var tally = new FlipTally(
            answers.Gold.ClassCount, new(answers.Dense.Count, answers.Pruned.Count, paired), answers.Gold.Count);
        tally.Add(0, answers, texts);
        return tally;
    }

    public static SeedHalves Halves(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned,
        IReadOnlyList<(int[] A, int[] B)> denseSplits, IReadOnlyList<(int[] A, int[] B)> prunedSplits)
    {
        var tally = new SeedHalvesTally(denseSplits, prunedSplits);
        tally.Add(new ComparedAnswers(gold, dense, pruned));
        return tally.Halves();
    }

    public static PieSetStability Stability(IEnumerable<(bool IsPie, double Inclusion)> examples)
    {
        var tally = new PieSetStability.Tally();
        foreach (var (isPie, inclusion) in examples) tally.Add(isPie, inclusion);
        return tally.Stability()!;
    }

    public static IReadOnlyList<ClassRecall?> Recalls(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned) =>
        ClassRecall.Of(gold.Task, Counts(gold, dense), Counts(gold, pruned));

    public static PieClasses? Distribution(PackedLabels gold, IReadOnlyList<bool> isPie)
    {
        var (examples, pies) = (new int[gold.ClassCount], new int[gold.ClassCount]);
        for (var i = 0; i < gold.Count; i++)
        {
            gold.Vote(i, examples);
            if (isPie[i]) gold.Vote(i, pies);
        }
        return PieClasses.Of(gold.Task, examples, pies, gold.Count, isPie.Count(pie => pie));
    }

    public static SubgroupEffect Subgroup(
        ComparedAnswers answers, IReadOnlyList<bool> group, IReadOnlyList<bool> isPie, int c)
    {
        var tally = new SubgroupTally(1, answers.Gold.ClassCount, [c], (answers.Dense.Count, answers.Pruned.Count));
        tally.Add(answers, [.. group.Select(isIn => isIn ? UInt128.One : 0)], [.. isPie]);
        return tally.Effects().Single();
    }

    private static List<LabelCounts> Counts(PackedLabels gold, IReadOnlyList<PackedLabels> runs) =>
        [.. runs.Select(run => LabelCounts.Of(gold, run))];
}
