using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>How examples and hits spread over the classes of single-label data (study 1.12).</summary>
public static class ClassScores
{
    /// <summary>PIEs of each gold class.</summary>
    /// <param name="gold">Gold class of each of the N examples.</param>
    /// <param name="classCount">C.</param>
    /// <param name="isPie">Whether each of them is a PIE.</param>
    public static int[] PiesPerClass(IReadOnlyList<short> gold, int classCount, IReadOnlyList<bool> isPie)
    {
        var counts = new int[classCount];
        foreach (var (label, pie) in gold.Zip(isPie))
            if (pie) counts[label]++;
        return counts;
    }

    /// <summary>Correct answers of all runs / (runs x examples of the class); null for a class without examples.</summary>
    /// <param name="gold">Gold class of each of the N examples.</param>
    /// <param name="classCount">C.</param>
    /// <param name="runs">Packed classes (N x uint16) of each run, at least one.</param>
    public static double?[] Accuracy(IReadOnlyList<short> gold, int classCount, IReadOnlyList<byte[]> runs)
    {
        var (correct, examples) = (new int[classCount], new int[classCount]);
        for (var i = 0; i < gold.Count; i++)
        {
            examples[gold[i]]++;
            correct[gold[i]] += runs.Count(classes => PackedPredictions.ClassAt(classes, i) == gold[i]);
        }
        return [.. correct.Zip(examples, (right, all) => all == 0 ? (double?)null : (double)right / all / runs.Count)];
    }
}
