namespace PieService.Domain.Files;

/// <summary>The characters that can be between the columns of a table.</summary>
internal static class Delimiters
{
    public const char Comma = ',', Tab = '\t';

    public static readonly IReadOnlyList<string> All = [",", ";", "\t", "|"];

    /// <summary>The delimiters as JSON, for messages.</summary>
    public static string Listed { get; } = string.Join(", ", All.Select(delimiter => Json(delimiter[0])));

    /// <summary>Tells a user how to read a table with another delimiter.</summary>
    /// <param name="isCsv">Whether the format of the definition is csv, not tsv.</param>
    public static string SetTo(char delimiter, bool isCsv) => isCsv
        ? $"set 'delimiter' to {Json(delimiter)}"
        : $"set 'format' to csv and 'delimiter' to {Json(delimiter)}";

    private static string Json(char delimiter) => delimiter == Tab ? "\"\\t\"" : $"\"{delimiter}\"";
}
