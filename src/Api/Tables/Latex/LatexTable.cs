using System.Text;

namespace PieService.Api.Tables.Latex;

/// <summary>Writes a table for LaTeX with the package booktabs, in UTF-8.</summary>
internal static class LatexTable
{
    private const string Mark = @"$^\dagger$";

    /// <param name="origin">Where the rows come from, one text for a line of comment.</param>
    public static async Task WriteAsync<TItem>(
        IAsyncEnumerable<TItem> rows, LatexLayout<TItem> layout, IEnumerable<string> origin, Stream output,
        CancellationToken cancellation)
    {
        await using var text = new StreamWriter(
            output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16 * 1024, leaveOpen: true)
        {
            NewLine = "\n",
        };
        foreach (var line in origin) await text.WriteLineAsync($"% {line.ReplaceLineEndings(" ")}");
        await text.WriteLineAsync(@"% Needs \usepackage{booktabs} and \usepackage[T1]{fontenc}.");
        await text.WriteLineAsync(@"\begin{table}");
        await text.WriteLineAsync(@"\centering");
        // With the usual size and distances, ten columns are wider than the page of an article.
        await text.WriteLineAsync(@"\small");
        await text.WriteLineAsync(@"\setlength{\tabcolsep}{2.5pt}");
        await text.WriteLineAsync($@"\caption{{{LatexText.Escaped(layout.Caption)}}}");
        await text.WriteLineAsync(@"\medskip");
        await text.WriteLineAsync(
            $@"\begin{{tabular}}{{{string.Concat(layout.Columns.Select(column => column.Alignment))}}}");
        await text.WriteLineAsync(@"\toprule");
        await text.WriteLineAsync($@"{string.Join(" & ", layout.Columns.Select(column => column.Heading))} \\");
        await text.WriteLineAsync(@"\midrule");
        var hasProvisional = false;
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            var isProvisional = layout.IsProvisional(row);
            hasProvisional |= isProvisional;
            var cells = string.Join(" & ", layout.Columns.Select(column => column.Cell(row)));
            await text.WriteLineAsync($@"{cells}{(isProvisional ? Mark : "")} \\");
        }
        await text.WriteLineAsync(@"\bottomrule");
        await text.WriteLineAsync(@"\end{tabular}");
        if (hasProvisional)
            await text.WriteLineAsync($@"\par\footnotesize {Mark} Provisional: not all runs have succeeded.");
        await text.WriteLineAsync(@"\end{table}");
    }
}
