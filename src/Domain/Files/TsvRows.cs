namespace PieService.Domain.Files;

/// <summary>Tabs between columns without quoting: a quote is an ordinary character. Empty lines are skipped.</summary>
internal static class TsvRows
{
    public static IEnumerable<SourceRow> Read(SourceText source) =>
        from line in SourceLine.Of(source)
        where line.Text.Length > 0
        select new SourceRow(line.Number, line.Text.Split('\t'));
}
