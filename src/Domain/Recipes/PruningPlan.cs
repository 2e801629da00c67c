namespace PieService.Domain.Recipes;

/// <summary>
/// The epochs after which a training prunes, and its number of epochs.
/// </summary>
/// <param name="TotalEpochs">The epochs of the whole training, including those of the trunk.</param>
/// <param name="PruneAfter">For each step the number of finished epochs at which it happens; 0 means before the
/// training.</param>
/// <param name="SharedEpochs">The epochs that are the same as the dense training's, so that a branch may start from the
/// end of the dense run.</param>
public sealed record PruningPlan(int TotalEpochs, IReadOnlyList<int> PruneAfter, int SharedEpochs)
{
    private const int Segments = 4;

    /// <param name="epochs">E of the recipe.</param>
    public static PruningPlan For(Method method, int epochs, Protocol protocol) =>
        (PruningRule.Of(method), protocol) switch
        {
            (null, _) when method == Method.Dense4E => new(Segments * epochs, [], epochs),
            (null, _) => new(epochs, [], SharedEpochs: 0),
            ({ Schedule: PruningSchedule.AtInitialization }, _) => new(epochs, [0], SharedEpochs: 0),
            (_, Protocol.Sound) => new(Segments * epochs, [epochs, 2 * epochs, 3 * epochs], epochs),
            // After the epochs of 0-based index E, 2E, 3E: the segments have E + 1, E, E and E - 1 epochs.
            (_, Protocol.Paper) => new(Segments * epochs, [epochs + 1, (2 * epochs) + 1, (3 * epochs) + 1], epochs),
        };

    /// <summary>
    /// Protocol sound: the number of a tensor's weights that are pruned after a step, round-half-even(N (1 - (1 -
    /// t)^(step/steps))); for the last step N t, in exact decimal arithmetic.
    /// </summary>
    /// <param name="size">N, the weights of the tensor.</param>
    /// <param name="sparsity">100 t, in percent, in (0, 100).</param>
    /// <param name="step">1 to <paramref name="steps"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step or the sparsity is outside its range.</exception>
    public static int PrunedCount(int size, decimal sparsity, int step, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(sparsity, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sparsity, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, steps);
        if (step == steps) return (int)decimal.Round(size * sparsity / 100, MidpointRounding.ToEven);

        var kept = Math.Pow(1 - (double)sparsity / 100, (double)step / steps);
        return (int)Math.Round(size * (1 - kept), MidpointRounding.ToEven);
    }
}
