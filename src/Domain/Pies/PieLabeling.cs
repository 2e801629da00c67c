using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>
/// The definition of a PIE (study 1.12): an example on which the majority of the pruned runs and the majority of the dense
/// runs differ. Single-label data; ties go to the smallest class index, in both cohorts.
/// </summary>
public static class PieLabeling
{
    /// <param name="gold">Gold class of each of the N examples.</param>
    /// <param name="classCount">C.</param>
    /// <param name="dense">Packed classes (N x uint16) of each dense run.</param>
    /// <param name="pruned">Packed classes (N x uint16) of each pruned run.</param>
    /// <exception cref="ArgumentException">A cohort is empty, or a run did not answer every example.</exception>
    public static IEnumerable<LabelledExample> Label(
        IReadOnlyList<short> gold, int classCount, IReadOnlyList<byte[]> dense, IReadOnlyList<byte[]> pruned)
    {
        if (dense.Count == 0 || pruned.Count == 0) throw new ArgumentException("Both cohorts need at least one run.");
        if (dense.Concat(pruned).Any(classes => classes.Length != 2 * gold.Count))
            throw new ArgumentException($"Every run must have answered all {gold.Count} examples.");

        return gold.Select((label, position) =>
            LabelledExample.From(position, label, Votes(dense, position, classCount), Votes(pruned, position, classCount)));
    }

    private static int[] Votes(IReadOnlyList<byte[]> cohort, int position, int classCount)
    {
        var votes = new int[classCount];
        foreach (var classes in cohort) votes[PackedPredictions.ClassAt(classes, position)]++;
        return votes;
    }
}

/// <summary>What <see cref="PieLabeling"/> says of one example.</summary>
public sealed record LabelledExample(int Position, short Gold, int[] DenseVotes, int[] PrunedVotes, Vote Dense, Vote Pruned)
{
    public bool IsPie => Dense.Mode != Pruned.Mode;

    public double Margin => Math.Min(Dense.Margin, Pruned.Margin);

    public PieDirection? Direction =>
        !IsPie ? null
        : Dense.Mode == Gold ? PieDirection.DenseRight
        : Pruned.Mode == Gold ? PieDirection.PrunedRight
        : PieDirection.BothWrong;

    public static LabelledExample From(int position, short gold, int[] denseVotes, int[] prunedVotes) =>
        new(position, gold, denseVotes, prunedVotes, Vote.Of(denseVotes), Vote.Of(prunedVotes));
}
