namespace PieService.Api.Figures.Drawing;

/// <summary>
/// A sequence of colours for a quantity, of sequential schemes of ColorBrewer 2.0. Colours that are close to the
/// background are left out, so that the lowest value can be told from nothing.
/// </summary>
/// <param name="Colours">From the lowest to the highest value, at equal distances.</param>
public sealed record Ramp(IReadOnlyList<Rgb> Colours)
{
    public static Ramp Blues { get; } = Of(
        "#C6DBEF", "#9ECAE1", "#6BAED6", "#4292C6", "#2171B5", "#08519C", "#08306B");

    public static Ramp Oranges { get; } = Of(
        "#FDD0A2", "#FDAE6B", "#FD8D3C", "#F16913", "#D94801", "#A63603", "#7F2704");

    /// <summary>Becomes lighter with the value, as a dark background needs it.</summary>
    public static Ramp LightBlues { get; } = Of(
        "#08519C", "#2171B5", "#4292C6", "#6BAED6", "#9ECAE1", "#C6DBEF", "#DEEBF7");

    public static Ramp LightOranges { get; } = Of(
        "#A63603", "#D94801", "#F16913", "#FD8D3C", "#FDAE6B", "#FDD0A2", "#FEE6CE");

    /// <param name="share">In [0, 1]; values outside have the colour of the nearer end.</param>
    public Rgb At(double share)
    {
        var place = Math.Clamp(share, 0, 1) * (Colours.Count - 1);
        var below = Math.Min((int)place, Colours.Count - 2);
        return Colours[below].MixedWith(Colours[below + 1], place - below);
    }

    private static Ramp Of(params string[] colours) => new([.. colours.Select(Rgb.Of)]);
}
