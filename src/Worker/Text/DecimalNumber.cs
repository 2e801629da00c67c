using System.Buffers.Text;

namespace PieService.Worker.Text;

/// <summary>Parses a number such as -0.038194 from UTF-8: GloVe 840B has 660 million of them.</summary>
internal static class DecimalNumber
{
    private static readonly double[] PowersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
        1e21, 1e22,
    ];

    /// <summary>
    /// The result is correctly rounded: an integer below 2^53 and a power of ten up to 10^22 are both exact in double,
    /// so their quotient is rounded only once (Clinger, 1990). The library parses all other numbers.
    /// </summary>
    /// <param name="used">The length of the number in bytes.</param>
    /// <returns>False if the text does not begin with a finite number.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value, out int used)
    {
        var i = text is [(byte)'-', ..] ? 1 : 0;
        var (mantissa, digits, fraction) = (0UL, 0, 0);
        for (; i < text.Length && (uint)(text[i] - '0') <= 9; i++, digits++) mantissa = (10 * mantissa) + (uint)(text[i] - '0');
        if (i < text.Length && text[i] == '.')
            for (i++; i < text.Length && (uint)(text[i] - '0') <= 9; i++, digits++, fraction++)
                mantissa = (10 * mantissa) + (uint)(text[i] - '0');

        var isPlain = i == text.Length || text[i] == ' ';
        if (isPlain && digits is > 0 and <= 19 && mantissa < 1UL << 53 && fraction < PowersOfTen.Length)
        {
            value = mantissa / PowersOfTen[fraction];
            if (text[0] == '-') value = -value;
            used = i;
            return true;
        }
        return Utf8Parser.TryParse(text, out value, out used) && double.IsFinite(value);
    }
}
