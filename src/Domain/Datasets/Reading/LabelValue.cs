using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PieService.Domain.Datasets.Labelling;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>A label that a file has as a value with a type, as text.</summary>
internal static partial class LabelValue
{
    private const string Rule = "a string, a whole number, true or false";

    /// <summary>The number of zeros that an exponent may stand for; a longer number is not a label.</summary>
    private const int MostZeros = 200;

    /// <summary>
    /// A string, true or false, or a whole number, also one written as 1.0. Empty for null and NaN, which stand for a
    /// missing label.
    /// </summary>
    /// <exception cref="FormatException">Another value; the message follows the name of its column.</exception>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => "",
        JsonValueKind.Number when NotFinite.Is(value) => "",
        JsonValueKind.Number => Whole(value.GetRawText()) ?? throw NotWhole(value.GetRawText()),
        _ => throw new FormatException($"has a label that is neither {Rule}"),
    };

    /// <summary>The text of a number of a column of floating-point numbers; empty for NaN.</summary>
    /// <exception cref="FormatException">The number is not whole; the message follows the name of its column.
    /// </exception>
    public static string OfReal(string number) =>
        number is "NaN" ? "" : LabelOrder.IsWhole(number) ? number : throw NotWhole(number);

    /// <summary>The digits of a whole number, without rounding; null for another number.</summary>
    private static string? Whole(string number)
    {
        if (LabelOrder.IsWhole(number)) return number;
        var parts = Number().Match(number);
        var (fraction, exponent) = (parts.Groups["fraction"].Value, parts.Groups["exponent"]);
        var digits = (parts.Groups["whole"].Value + fraction).TrimStart('0');
        if (digits.Length == 0) return "0";
        var power = 0;
        if (exponent.Success && !int.TryParse(exponent.ValueSpan, CultureInfo.InvariantCulture, out power)) return null;
        var zeros = (long)power - fraction.Length;
        if (zeros > MostZeros || -zeros >= digits.Length) return null;
        if (zeros >= 0) return parts.Groups["sign"].Value + digits + new string('0', (int)zeros);
        var kept = digits.Length + (int)zeros;
        return digits.AsSpan(kept).ContainsAnyExcept('0') ? null : parts.Groups["sign"].Value + digits[..kept];
    }

    private static FormatException NotWhole(string number) => new(
        $"has the number {(number.Length > 40 ? number[..40] + "…" : number)}, which is not whole; a label is {Rule}");

    [GeneratedRegex(
        "^(?<sign>-?)(?<whole>[0-9]+)(?:[.](?<fraction>[0-9]+))?(?:[eE](?<exponent>[+-]?[0-9]+))?\\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
