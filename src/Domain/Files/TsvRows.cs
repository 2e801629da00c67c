namespace PieService.Domain.Files;

/// <summary>Tabs between columns and no quoting at all: a quote is a character like any other. Empty lines are skipped.</summary>
internal static class TsvRows
{
    public static IEnumerable<SourceRow> Read(SourceText source) =>
        from line in SourceLine.Of(source)
        where line.Text.Length > 0
        select new SourceRow(line.Number, line.Text.Split('\t'));
}
