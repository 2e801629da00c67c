namespace PieService.Domain.Analysis;

/// <summary>How far the votes of two cohorts on one example are apart.</summary>
/// <param name="Taxicab">sum_c |pi_D - pi_P| of the shares of votes, in [0, 2]; for multi-label data the sum over the
/// labels, in [0, 2 C].</param>
/// <param name="Shift">(|pi_D - pi_P|^2 - (1 - |pi_D|^2) / (R_D - 1) - (1 - |pi_P|^2) / (R_P - 1)) / 2, an unbiased
/// estimate of half of the squared distance of the true shares: 0 on average without an effect, so it may be negative.
/// Null if a cohort has one run.</param>
public readonly record struct VoteShift(double Taxicab, double? Shift)
{
    /// <summary>For single-label data.</summary>
    /// <param name="dense">V_D, the votes for each of the C labels; R_D in total, at least one.</param>
    /// <param name="pruned">V_P.</param>
    /// <exception cref="ArgumentException">The cohorts have different numbers of labels, or a cohort has no
    /// votes.</exception>
    public static VoteShift Of(ReadOnlySpan<int> dense, ReadOnlySpan<int> pruned)
    {
        if (dense.Length != pruned.Length)
            throw new ArgumentException("Both cohorts vote on the same labels.", nameof(pruned));
        double denseRuns = Sum(dense), prunedRuns = Sum(pruned);
        if (denseRuns == 0 || prunedRuns == 0) throw new ArgumentException("Each cohort needs at least one vote.");
        double taxicab = 0, distance = 0, ofDense = 0, ofPruned = 0;
        for (var c = 0; c < dense.Length; c++)
        {
            double a = dense[c] / denseRuns, b = pruned[c] / prunedRuns;
            taxicab += Math.Abs(a - b);
            distance += (a - b) * (a - b);
            (ofDense, ofPruned) = (ofDense + (a * a), ofPruned + (b * b));
        }
        return new(
            taxicab,
            denseRuns == 1 || prunedRuns == 1
                ? null
                : (distance - ((1 - ofDense) / (denseRuns - 1)) - ((1 - ofPruned) / (prunedRuns - 1))) / 2);
    }

    /// <summary>For multi-label data: the sum over the labels, each with the votes for it and against it.</summary>
    /// <param name="dense">V_D, the runs that predict each label.</param>
    /// <param name="denseRuns">R_D, at least 1.</param>
    /// <inheritdoc cref="Of"/>
    public static VoteShift OfLabels(
        ReadOnlySpan<int> dense, int denseRuns, ReadOnlySpan<int> pruned, int prunedRuns)
    {
        if (dense.Length != pruned.Length)
            throw new ArgumentException("Both cohorts vote on the same labels.", nameof(pruned));
        var (taxicab, shift) = (0.0, (double?)0);
        for (var c = 0; c < dense.Length; c++)
        {
            var label = Of([dense[c], denseRuns - dense[c]], [pruned[c], prunedRuns - pruned[c]]);
            (taxicab, shift) = (taxicab + label.Taxicab, shift + label.Shift);
        }
        return new(taxicab, shift);
    }

    /// <summary>The probability that two random runs of a cohort agree: sum_c V_c (V_c - 1) / (R (R - 1)).</summary>
    /// <param name="votes">V, the votes for each label.</param>
    /// <returns>In [0, 1]; null for fewer than two runs.</returns>
    public static double? SelfConsistency(ReadOnlySpan<int> votes)
    {
        double runs = Sum(votes), agreeing = 0;
        foreach (double v in votes) agreeing += v * (v - 1);
        return runs < 2 ? null : agreeing / (runs * (runs - 1));
    }

    private static int Sum(ReadOnlySpan<int> votes)
    {
        var sum = 0;
        foreach (var v in votes) sum += v;
        return sum;
    }
}
