using MathNet.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>
/// The number of marked items among some that are drawn without replacement. Values are drawn by inversion from the
/// mode outwards, so the time grows as the standard deviation.
/// </summary>
public static class Hypergeometric
{
    /// <param name="all">N, at least 0.</param>
    /// <param name="marked">K of the N items.</param>
    /// <param name="drawn">n of the N items.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or above N.</exception>
    public static int Draw(KeyedRandom random, int all, int marked, int drawn)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(marked);
        ArgumentOutOfRangeException.ThrowIfNegative(drawn);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(marked, all);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(drawn, all);
        int least = Math.Max(0, drawn + marked - all), most = Math.Min(marked, drawn);
        if (least == most) return least;
        var mode = Math.Clamp((int)((drawn + 1.0) * (marked + 1.0) / (all + 2.0)), least, most);
        var ofMode = Math.Exp(
            SpecialFunctions.BinomialLn(marked, mode) + SpecialFunctions.BinomialLn(all - marked, drawn - mode)
            - SpecialFunctions.BinomialLn(all, drawn));
        var left = random.NextDouble() - ofMode;
        var (below, above, down, up) = (ofMode, ofMode, mode, mode);
        while (left >= 0 && (down > least || up < most))
        {
            if (up < most)
            {
                above *= (double)(marked - up) * (drawn - up) / ((up + 1.0) * (all - marked - drawn + up + 1.0));
                up++;
                if ((left -= above) < 0) return up;
            }
            if (down > least)
            {
                below *= down * (all - marked - drawn + (double)down) / ((marked - down + 1.0) * (drawn - down + 1.0));
                down--;
                if ((left -= below) < 0) return down;
            }
        }
        // Rounding may leave a sum slightly below 1.
        return mode;
    }
}
