namespace PieService.Api.Figures.Drawing;

/// <summary>The point of a text that is at its position.</summary>
public enum Anchor { Start, Middle, End }

/// <param name="Size">In points.</param>
public sealed record TextStyle(double Size, Rgb Colour, Anchor Anchor = Anchor.Start, bool IsBold = false)
{
    public Font Font => IsBold ? Font.SemiBold : Font.Regular;

    /// <summary>How far left of its position a text of this width begins.</summary>
    public double Offset(double width) => Anchor switch
    {
        Anchor.Start => 0,
        Anchor.Middle => width / 2,
        Anchor.End => width,
    };
}
