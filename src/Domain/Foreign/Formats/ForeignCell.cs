using System.Globalization;
using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>A cell of a table: a text, a list of texts, or labels with scores; none of them if it is empty.</summary>
/// <param name="Text">A text, or a number or a truth value as text.</param>
internal readonly record struct ForeignCell(
    string? Text, IReadOnlyList<string>? Items = null, IReadOnlyList<KeyValuePair<string, double>>? Scores = null)
{
    private static readonly DatasetDefinition ListOfLabels = new() { Task = LearningTask.MultiLabel };

    /// <summary>pandas writes NaN for a missing value.</summary>
    public bool IsMissing => Scores is null && Items is null && Text is null or "" or "NaN";

    /// <exception cref="FormatException">The value has another form; the message follows the name of its column.
    /// </exception>
    public static ForeignCell Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => default,
        JsonValueKind.String => new(value.GetString()),
        JsonValueKind.Array when value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object) =>
            new(null, Scores: [.. value.EnumerateArray().Select(LabelScore)]),
        JsonValueKind.Array => new(null, [.. value.EnumerateArray().Select(Scalar)]),
        JsonValueKind.Object => new(
            null, Scores: [.. value.EnumerateObject().Select(member => KeyValuePair.Create(
                member.Name, Number(Scalar(member.Value))))]),
        _ => new(Scalar(value)),
    };

    /// <summary>The labels of a cell, one of single-label data; null if there is no answer.</summary>
    /// <exception cref="FormatException">The cell does not have labels; the message follows the name of its column.
    /// </exception>
    public IReadOnlyList<string>? Labels(ForeignTask task)
    {
        if (Scores is not null) throw new FormatException("has labels with scores; name the column as scores");
        if (IsMissing) return null;
        if (task == ForeignTask.MultiLabel) return Items ?? LabelCell.Read(Text!, ListOfLabels);
        if (Items is not null && Items.Count != 1)
            throw new FormatException($"has {Items.Count} labels; an example of single-label data has one");
        return Items ?? [Text!];
    }

    /// <summary>The values of a list of scores.</summary>
    /// <exception cref="FormatException">The cell is not a list of numbers; the message follows the name of its column.
    /// </exception>
    public double[] Numbers() =>
        [.. (Items ?? LabelCell.Read(Text ?? "", ListOfLabels with { LabelSeparator = Separator })).Select(Number)];

    /// <exception cref="FormatException">The text is not a number; the message follows the name of its column.
    /// </exception>
    public static double Number(string? text) => text switch
    {
        "NaN" or "nan" => double.NaN,
        "Infinity" or "inf" => double.PositiveInfinity,
        "-Infinity" or "-inf" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number : throw new FormatException($"has '{Shown(text)}', which is not a number"),
    };

    /// <exception cref="FormatException">The text is not such a number; the message follows the name of its column.
    /// </exception>
    public int Whole() =>
        int.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw new FormatException($"has '{Shown(Text)}', which is not a whole number from 0");

    public static string Shown(string? text) =>
        text is null ? "" : Invisible.Shown(text.Length > 60 ? text[..60] + "…" : text);

    /// <summary>A list without brackets has separators; one with brackets is read as JSON or Python writes
    /// it.</summary>
    private string? Separator => Text?.TrimStart() is ['[' or '(', ..] ? null : ",";

    private static KeyValuePair<string, double> LabelScore(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("label", out var label)
        && item.TryGetProperty("score", out var score)
            ? KeyValuePair.Create(Scalar(label), Number(Scalar(score)))
            : throw new FormatException("has a list whose items are not all { label, score }");

    private static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number when NotFinite.Name(value) is { } name => name,
        JsonValueKind.Number => WithoutZeros(value.GetRawText()),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new FormatException("has a value that is neither a text, a number nor a list of them"),
    };

    /// <summary>pandas writes 1.0 for a whole number if one is missing.</summary>
    private static string WithoutZeros(string number) =>
        number.EndsWith(".0", StringComparison.Ordinal) ? number[..^2] : number;
}
