using System.Globalization;
using System.Text.Json;
using PieService.Domain.Datasets.Labelling;

namespace PieService.Domain.Datasets.Reading;

/// <summary>A label that a file has as a value with a type, as text.</summary>
internal static class LabelValue
{
    private const string Rule = "a string, a whole number, true or false";

    /// <summary>
    /// A string, true or false, or a whole number, also one written as 1.0. Empty for null, which stands for a missing
    /// label.
    /// </summary>
    /// <exception cref="FormatException">Another value; the message follows the name of its column.</exception>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => "",
        JsonValueKind.Number => Whole(value) ?? throw NotWhole(value.GetRawText()),
        _ => throw new FormatException($"has a label that is neither {Rule}"),
    };

    /// <summary>The text of a number of a column of floating-point numbers; empty for NaN.</summary>
    /// <exception cref="FormatException">The number is not whole; the message follows the name of its column.
    /// </exception>
    public static string OfReal(string number) =>
        number is "NaN" ? "" : LabelOrder.IsWhole(number) ? number : throw NotWhole(number);

    private static string? Whole(JsonElement number)
    {
        var text = number.GetRawText();
        if (LabelOrder.IsWhole(text)) return text;
        // 28 digits; a label is an index, and a longer number with a fraction is not one.
        var isDecimal = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value);
        return isDecimal && decimal.IsInteger(value)
            ? (value == 0 ? 0 : value).ToString("0", CultureInfo.InvariantCulture) : null;
    }

    private static FormatException NotWhole(string number) => new(
        $"has the number {(number.Length > 40 ? number[..40] + "…" : number)}, which is not whole; a label is {Rule}");
}
