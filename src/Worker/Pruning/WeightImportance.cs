using PieService.Domain;

namespace PieService.Worker.Pruning;

/// <summary>
/// The importance of each weight of a tensor; the lowest are pruned first. Scores are double, in which a
/// product of two floats is exact, so rounding causes no ties and no underflow.
/// </summary>
public static class WeightImportance
{
    /// <summary>|w|.</summary>
    public static double[] Magnitude(ReadOnlySpan<float> weights)
    {
        var scores = new double[weights.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = Math.Abs((double)weights[i]);
        return scores;
    }

    /// <summary>|w g|, the first-order change of the loss if the weight is pruned.</summary>
    /// <param name="gradients">The gradients of the loss, one for each weight.</param>
    public static double[] Impact(ReadOnlySpan<float> weights, ReadOnlySpan<float> gradients)
    {
        if (weights.Length != gradients.Length)
            throw new ArgumentException("A gradient for each weight is needed.", nameof(gradients));
        var scores = new double[weights.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = Math.Abs((double)weights[i] * gradients[i]);
        return scores;
    }

    /// <summary>Uniform in [0, 1), a function of (seed, step, tensor) alone.</summary>
    public static double[] Random(int size, PruningKey key)
    {
        var chance = KeyedRandom.For(key.Seed, "random", key.Step, key.Tensor);
        var scores = new double[size];
        for (var i = 0; i < size; i++) scores[i] = (chance.NextUInt64() >> 11) * (1.0 / (1UL << 53));
        return scores;
    }
}
