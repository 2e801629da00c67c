using Microsoft.Net.Http.Headers;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Domain;

namespace PieService.Api.Tables;

/// <summary>A whole table as a file, which is sent while its rows are read.</summary>
public sealed class TableFile<TItem>(
    TableFormat format, string name, Columns<TItem> columns, Rows<TItem> rows, Provenance provenance)
    : IResult
{
    private const int RetryAfterSeconds = 10;

    /// <summary>The query parameter of the next file; null if no file follows.</summary>
    public (string Name, string Value)? Next { get; init; }

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

    private Task SendAsync(HttpContext context)
    {
        var (body, cancellation) = (context.Response.Body, context.RequestAborted);
        return format switch
        {
            TableFormat.Csv => SendAsync(
                context, rows.AllAsync(cancellation), all => CsvTable.WriteAsync(all, columns, body, cancellation)),
            TableFormat.Ndjson => SendAsync(
                context, rows.AllAsync(cancellation),
                all => NdjsonTable.WriteAsync(all, context.Response.BodyWriter, cancellation)),
            TableFormat.Parquet => SendAsync(
                context, ParquetTable.Groups(rows, columns, cancellation),
                groups => ParquetTable.WriteAsync(groups, columns, Metadata(context), body, cancellation)),
            _ => throw new InvalidOperationException($"{format} is not a file format."),
        };
    }

    /// <param name="parts">The rows, or their row groups.</param>
    private async Task SendAsync<TPart>(
        HttpContext context, IAsyncEnumerable<TPart> parts, Func<IAsyncEnumerable<TPart>, Task> write)
    {
        await using var source = parts.GetAsyncEnumerator(context.RequestAborted);
        // The first part is read before anything is sent, so that a failure until here is answered with problem
        // details.
        var hasPart = await source.MoveNextAsync();
        WriteHead(context);
        if (RequestForm.IsForHead(context)) return;
        try
        {
            await write(Rest(source, hasPart));
        }
        catch (Exception failure)
        {
            // The status has been sent already. A truncated file must not look complete, so the connection is aborted.
            if (!context.RequestAborted.IsCancellationRequested)
                ApiLog.CutOff(Log(context), context.Request.Path, failure);
            context.Abort();
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
        TableLinks.Add(context, provenance, Next);
    }

    private Dictionary<string, string> Metadata(HttpContext context) =>
        provenance.Metadata(context.Request, context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());

    private static ILogger Log(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILogger<TableFile<TItem>>>();

    private static async IAsyncEnumerable<TPart> Rest<TPart>(IAsyncEnumerator<TPart> source, bool hasPart)
    {
        for (; hasPart; hasPart = await source.MoveNextAsync()) yield return source.Current;
    }
}
