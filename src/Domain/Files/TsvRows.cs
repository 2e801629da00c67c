namespace PieService.Domain.Files;

/// <summary>Tabs between columns without quoting: a quote is an ordinary character. Blank lines are skipped.</summary>
internal static class TsvRows
{
    private const char Quote = '"';

    public static IEnumerable<SourceRow> Read(SourceText source) =>
        from line in SourceLine.Of(source)
        where line.Text.Contains(Delimiters.Tab) || !string.IsNullOrWhiteSpace(line.Text)
        select new SourceRow(line.Number, line.Text.Split(Delimiters.Tab));

    /// <summary>
    /// The rows of a table that is not quoted as CSV is. pandas writes <c>"say ""hi"""</c> for <c>say "hi"</c>, and its
    /// quotes would become part of the texts. A quote in another place shows that the table has no such quoting.
    /// </summary>
    public static IEnumerable<SourceRow> Unquoted(IEnumerable<SourceRow> rows, SourceFile file)
    {
        var isPlain = false;
        foreach (var row in rows)
        {
            foreach (var field in row.Fields.Where(field => !isPlain && field.Contains(Quote)))
            {
                if (IsQuoted(field))
                    throw new UnreadableFileException(
                        file.Name, row.Line, $"{Array.IndexOf(row.Fields, field) + 1}",
                        "is quoted as in CSV, but a quote is an ordinary character in tsv; " +
                        Delimiters.SetTo(Delimiters.Tab, isCsv: false));
                // A quoted field with a line end begins so.
                isPlain = field[0] != Quote;
            }
            yield return row;
        }
    }

    /// <summary>Whether the field is in quotes and has quotes, all of them doubled.</summary>
    private static bool IsQuoted(string field) =>
        field.Length >= 4 && field[0] == Quote && field[^1] == Quote && field[1..^1] is var inner
        && inner.Contains(Quote) && !inner.Replace("\"\"", "", StringComparison.Ordinal).Contains(Quote);
}
