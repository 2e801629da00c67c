using System.Globalization;

namespace PieService.Api.Figures.Drawing;

/// <summary>A colour of sRGB.</summary>
public readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    public static Rgb Black { get; } = new(0, 0, 0);

    public static Rgb White { get; } = new(255, 255, 255);

    /// <summary>The relative luminance of WCAG 2.2, in [0, 1].</summary>
    public double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    /// <summary>White or black, whichever can be read better on this colour.</summary>
    public Rgb TextOnIt => Contrast(White) >= Contrast(Black) ? White : Black;

    /// <param name="text">Such as #0072B2.</param>
    public static Rgb Of(string text) => new(Hex(text[1..3]), Hex(text[3..5]), Hex(text[5..7]));

    /// <summary>The contrast ratio of WCAG 2.2, from 1 to 21.</summary>
    public double Contrast(Rgb other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    /// <param name="share">0 for this colour, 1 for the other.</param>
    public Rgb MixedWith(Rgb other, double share)
    {
        return new(Mixed(Red, other.Red), Mixed(Green, other.Green), Mixed(Blue, other.Blue));

        byte Mixed(byte from, byte to) => (byte)Math.Round(from + ((to - from) * share));
    }

    public override string ToString() => $"#{Red:X2}{Green:X2}{Blue:X2}";

    private static byte Hex(string digits) => byte.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static double Linear(byte channel) =>
        channel <= 10 ? channel / 255.0 / 12.92 : Math.Pow(((channel / 255.0) + 0.055) / 1.055, 2.4);
}
