using Microsoft.Net.Http.Headers;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables.Latex;
using PieService.Domain;

namespace PieService.Api.Tables;

/// <summary>A whole table as a file, which is sent while its rows are read.</summary>
public sealed class TableFile<TItem>(
    TableFormat format, string name, Columns<TItem> columns, Rows<TItem> rows, Provenance provenance)
    : IResult
{
    /// <summary>The query parameter of the next file; null if no file follows.</summary>
    public (string Name, string Value)? Next { get; init; }

    /// <summary>Null if the table has no LaTeX.</summary>
    public LatexLayout<TItem>? Latex { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var files = httpContext.RequestServices.GetRequiredService<SentFiles>();
        return files.SendAsync(httpContext, () => SendAsync(httpContext, files));
    }

    private Task SendAsync(HttpContext context, SentFiles files)
    {
        var (body, cancellation) = (context.Response.Body, context.RequestAborted);
        return format switch
        {
            TableFormat.Csv => SendAsync(
                context, files, rows.AllAsync(cancellation),
                all => CsvTable.WriteAsync(all, columns, body, cancellation)),
            TableFormat.Ndjson => SendAsync(
                context, files, rows.AllAsync(cancellation),
                all => NdjsonTable.WriteAsync(all, context.Response.BodyWriter, cancellation)),
            TableFormat.Parquet => SendAsync(
                context, files, ParquetTable.Groups(rows, columns, cancellation),
                groups => ParquetTable.WriteAsync(groups, columns, Metadata(context), body, cancellation)),
            TableFormat.Latex => SendAsync(
                context, files, rows.AllAsync(cancellation),
                all => LatexTable.WriteAsync(
                    all, Latex!, Metadata(context).Select(pair => $"{pair.Key}: {pair.Value}"), body, cancellation)),
            _ => throw new InvalidOperationException($"{format} is not a file format."),
        };
    }

    /// <param name="parts">The rows, or their row groups.</param>
    private async Task SendAsync<TPart>(
        HttpContext context, SentFiles files, IAsyncEnumerable<TPart> parts,
        Func<IAsyncEnumerable<TPart>, Task> write)
    {
        await using var source = parts.GetAsyncEnumerator(context.RequestAborted);
        // The first part is read before anything is sent, so that a failure until here is answered with problem
        // details.
        var hasPart = await source.MoveNextAsync();
        WriteHead(context);
        if (RequestForm.IsForHead(context)) return;
        await files.WriteAsync(context, () => write(Rest(source, hasPart)));
    }

    private void WriteHead(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = format == TableFormat.Csv
            ? $"{MediaTypes.Of(format)}; charset=utf-8; header=present"
            : MediaTypes.Of(format);
        response.GetTypedHeaders().ContentDisposition =
            new ContentDispositionHeaderValue("attachment")
            {
                FileName = $"{name}.{(format == TableFormat.Latex ? "tex" : Wire.Name(format))}",
            };
        TableLinks.Add(context, provenance, Next);
    }

    private Dictionary<string, string> Metadata(HttpContext context) =>
        provenance.Metadata(context.Request, context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());

    private static async IAsyncEnumerable<TPart> Rest<TPart>(IAsyncEnumerator<TPart> source, bool hasPart)
    {
        for (; hasPart; hasPart = await source.MoveNextAsync()) yield return source.Current;
    }
}
