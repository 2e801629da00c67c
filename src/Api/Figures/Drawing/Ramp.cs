namespace PieService.Api.Figures.Drawing;

/// <summary>A sequence of colours for a quantity: sequential or diverging schemes of ColorBrewer 2.0.</summary>
/// <param name="Colours">From the lowest to the highest value, at equal distances.</param>
public sealed record Ramp(IReadOnlyList<Rgb> Colours)
{
    public static Ramp Blues { get; } = Of(
        "#F7FBFF", "#DEEBF7", "#C6DBEF", "#9ECAE1", "#6BAED6", "#4292C6", "#2171B5", "#08519C", "#08306B");

    public static Ramp Oranges { get; } = Of(
        "#FFF5EB", "#FEE6CE", "#FDD0A2", "#FDAE6B", "#FD8D3C", "#F16913", "#D94801", "#A63603", "#7F2704");

    /// <param name="share">In [0, 1]; values outside have the colour of the nearer end.</param>
    public Rgb At(double share)
    {
        var place = Math.Clamp(share, 0, 1) * (Colours.Count - 1);
        var below = Math.Min((int)place, Colours.Count - 2);
        return Colours[below].MixedWith(Colours[below + 1], place - below);
    }

    private static Ramp Of(params string[] colours) => new([.. colours.Select(Rgb.Of)]);
}
