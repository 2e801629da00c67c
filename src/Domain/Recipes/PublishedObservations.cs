namespace PieService.Domain.Recipes;

/// <summary>
/// After which epochs the published code keeps a dense training's predictions on the training split.
/// </summary>
public static class PublishedObservations
{
    /// <summary>
    /// 0, .3 E, .6 E, .8 E and E - 1, rounded as Python does, half to even; each once, in ascending order.
    /// </summary>
    /// <param name="epochs">E, at least 1.</param>
    /// <returns>Epochs that count from 0. Those that a training of E epochs does not have are left out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">E is below 1.</exception>
    public static IReadOnlyList<int> Epochs(int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        int[] published = [0, Rounded(0.3), Rounded(0.6), Rounded(0.8), epochs - 1];
        return [.. published.Where(epoch => epoch < epochs).Distinct().Order()];

        int Rounded(double share) => (int)Math.Round(share * epochs, MidpointRounding.ToEven);
    }
}
