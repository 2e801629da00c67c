namespace PieService.Api.Figures.Drawing;

/// <param name="Width">In points.</param>
/// <param name="Dash">The lengths of dashes and gaps in points; null for a solid line.</param>
public sealed record Stroke(Rgb Colour, double Width, IReadOnlyList<double>? Dash = null);
