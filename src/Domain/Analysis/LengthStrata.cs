using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>Divides texts into strata of similar length, which end at the deciles of the number of words.</summary>
public static class LengthStrata
{
    public const int Count = Deciles.Groups;

    /// <param name="words">The number of words of each text; NaN for an example without a text.</param>
    /// <returns>The stratum of each text, 0 to 9; 0 for an example without a text.</returns>
    public static byte[] Of(IReadOnlyCollection<double> words)
    {
        double[] known = [.. words.Where(count => !double.IsNaN(count))];
        if (known.Length == 0) return new byte[words.Count];
        var deciles = new Deciles(known);
        return [.. words.Select(count => (byte)deciles.GroupOf(count))];
    }
}
