namespace PieService.Api.Figures.Drawing;

/// <summary>Maps values to positions on a sheet.</summary>
/// <param name="Low">The value at the position From, which may be larger than High.</param>
/// <param name="IsLog">Whether equal ratios, not equal differences, have equal lengths.</param>
public sealed record Scale(double Low, double High, double From, double To, bool IsLog = false)
{
    /// <summary>Values outside the range are at its ends.</summary>
    public double At(double value)
    {
        var share = (Inner(value) - Inner(Low)) / (Inner(High) - Inner(Low));
        return From + (Math.Clamp(share, 0, 1) * (To - From));
    }

    private double Inner(double value) => IsLog ? Math.Log(value) : value;
}
