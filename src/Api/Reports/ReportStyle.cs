using System.Reflection;
using PieService.Api.Figures.Drawing;

namespace PieService.Api.Reports;

/// <summary>The style sheet of a report, with the fonts of the figures in it.</summary>
internal static class ReportStyle
{
    public static readonly string Css = Face(400, "IBMPlexSans-Regular.woff") + Face(600, "IBMPlexSans-SemiBold.woff")
        + """
        body { max-width: 62rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; color: #1a1a1a; background: #fff;
          font: 15px/1.5 "IBM Plex Sans", sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; line-height: 1.25; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.5rem; } dd { margin: 0; }
        dt, figcaption, .quiet { color: #55595e; } figcaption, .quiet { font-size: .875rem; }
        figcaption, dd { overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; font-size: .875rem; overflow-wrap: normal; }
        th, td { padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; }
        thead th { border-top: 1.5px solid; border-bottom: 1px solid; }
        tbody tr:last-child td { border-bottom: 1.5px solid; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .scroll { overflow-x: auto; } figure { margin: 1.5rem 0 2.5rem; } figure svg { max-width: 100%; height: auto; }
        .warnings { padding: .5rem 1rem; background: #fff6df; border-left: 4px solid #b78103; }
        pre { padding: .75rem 1rem; overflow-x: auto; background: #f3f5f7; font-size: .8125rem; }
        code { font-size: .8125rem; }
        @media print {
          @page { size: A4; margin: 14mm; } body { max-width: none; padding: 0; font-size: 9pt; }
          .scroll, pre { overflow: visible; } pre { white-space: pre-wrap; }
          table { font-size: 7pt; } th, td { padding-right: .5em; } .number { white-space: normal; }
          tr, figure, .warnings { break-inside: avoid; } h2 { break-after: avoid; }
          summary { display: none; } details::details-content { content-visibility: visible; display: block; }
        }
        """;

    private static string Face(int weight, string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        var font = new byte[stream.Length];
        stream.ReadExactly(font);
        return $"@font-face {{ font-family: \"{Font.Family}\"; font-weight: {weight}; "
            + $"src: url(data:font/woff;base64,{Convert.ToBase64String(font)}) format(\"woff\"); }}\n";
    }
}
