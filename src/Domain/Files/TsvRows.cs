namespace PieService.Domain.Files;

/// <summary>Tabs between columns without quoting: a quote is an ordinary character. Blank lines are skipped.</summary>
internal static class TsvRows
{
    public static IEnumerable<SourceRow> Read(SourceText source) =>
        from line in SourceLine.Of(source)
        where line.Text.Contains(Delimiters.Tab) || !string.IsNullOrWhiteSpace(line.Text)
        select new SourceRow(line.Number, line.Text.Split(Delimiters.Tab));
}
