using System.Buffers.Text;
using System.Net.Mime;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Storage;

namespace PieService.Api.Bundles;

/// <summary>A bundle, which is sent while the rows of its sweep are read.</summary>
public sealed class BundleFileResult(BundleExport export) : IResult
{
    private const int RetryAfterSeconds = 10;

    private static readonly string Service = typeof(BundleFileResult).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>
    /// Changes with the outline of the sweep, which has the hash of the predictions of each run, and with the version
    /// of the service, which is in the file.
    /// </summary>
    public EntityTagHeaderValue Tag { get; } = new(
        $"\"{Base64Url.EncodeToString(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{export.Outline} {Service}")).AsSpan(0, 16))}\"",
        isWeak: true);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // As many bundles as tables: each holds a connection to the database.
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
            WriteHead(httpContext.Response);
            if (!RequestForm.IsForHead(httpContext)) await SendAsync(httpContext);
        }
        finally
        {
            files.GiveBack(client);
        }
    }

    private void WriteHead(HttpResponse response)
    {
        var (sweep, dataset) = (export.Sweep.Id, export.Dataset.Id);
        response.ContentType = MediaTypeNames.Application.Zip;
        var headers = response.GetTypedHeaders();
        headers.ETag = Tag;
        headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
        {
            FileName = $"bundle-{sweep}.zip",
        };
        response.Headers.Link =
            $"</api/v1/sweeps/{sweep}>; rel=\"up\", </api/v1/datasets/{dataset}>; rel=\"describedby\"";
    }

    private async Task SendAsync(HttpContext context)
    {
        try
        {
            await export.WriteAsync(context.Response.Body, Service, context.RequestAborted);
        }
        catch (Exception failure)
        {
            // The status has been sent already. A truncated file must not look complete, so the connection is aborted.
            if (!context.RequestAborted.IsCancellationRequested)
                ApiLog.CutOff(
                    context.RequestServices.GetRequiredService<ILogger<BundleFileResult>>(), context.Request.Path,
                    failure);
            context.Abort();
        }
    }
}
