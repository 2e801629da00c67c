using Microsoft.Net.Http.Headers;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Domain;

namespace PieService.Api.Tables;

/// <summary>A whole table as a file, which is sent while its rows are read.</summary>
public sealed class TableFile<TItem>(
    TableFormat format, string name, Columns<TItem> columns, IAsyncEnumerable<TItem> rows, Provenance provenance)
    : IResult
{
    private const int RetryAfterSeconds = 10;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (files, client) = (httpContext.RequestServices.GetRequiredService<TableFiles>(), Client.Of(httpContext));
        if (!files.TryTake(client))
        {
            httpContext.Response.SetRetryAfter(RetryAfterSeconds);
            await TypedResults.Problem(
                $"Too many files are being sent: at most {files.Most} at a time, {files.MostOfOne} of them to one "
                + "client. Try again after Retry-After seconds.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(httpContext);
            return;
        }
        try
        {
            await SendAsync(httpContext);
        }
        finally
        {
            files.GiveBack(client);
        }
    }

    private async Task SendAsync(HttpContext httpContext)
    {
        var cancellation = httpContext.RequestAborted;
        await using var source = rows.GetAsyncEnumerator(cancellation);
        // The first row is read before anything is sent, so that a failure until here is answered with problem details.
        var hasRow = await source.MoveNextAsync();
        WriteHead(httpContext);
        if (RequestForm.IsForHead(httpContext)) return;
        try
        {
            await WriteAsync(httpContext, Rest(source, hasRow), cancellation);
        }
        catch (Exception failure)
        {
            // The status has been sent already. A truncated file must not look complete, so the connection is aborted.
            if (!cancellation.IsCancellationRequested)
                ApiLog.CutOff(Log(httpContext), httpContext.Request.Path, failure);
            httpContext.Abort();
        }
    }

    private void WriteHead(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = format == TableFormat.Csv
            ? $"{MediaTypes.Of(format)}; charset=utf-8; header=present"
            : MediaTypes.Of(format);
        response.GetTypedHeaders().ContentDisposition =
            new ContentDispositionHeaderValue("attachment") { FileName = $"{name}.{Wire.Name(format)}" };
        TableLinks.Add(context, provenance);
    }

    private Task WriteAsync(
        HttpContext context, IAsyncEnumerable<TItem> all, CancellationToken cancellation) => format switch
        {
            TableFormat.Csv => CsvTable.WriteAsync(all, columns, context.Response.Body, cancellation),
            TableFormat.Ndjson => NdjsonTable.WriteAsync(all, context.Response.BodyWriter, cancellation),
            TableFormat.Parquet =>
                ParquetTable.WriteAsync(all, columns, Metadata(context), context.Response.Body, cancellation),
            _ => throw new InvalidOperationException($"{format} is not a file format."),
        };

    private Dictionary<string, string> Metadata(HttpContext context) =>
        provenance.Metadata(context.Request, context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());

    private static ILogger Log(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILogger<TableFile<TItem>>>();

    private static async IAsyncEnumerable<TItem> Rest(IAsyncEnumerator<TItem> source, bool hasRow)
    {
        for (; hasRow; hasRow = await source.MoveNextAsync()) yield return source.Current;
    }
}
