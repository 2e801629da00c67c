using System.Buffers.Text;
using System.Net.Mime;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Storage;

namespace PieService.Api.Bundles;

/// <summary>A bundle, which is sent while the rows of its sweep are read.</summary>
public sealed class BundleFileResult(BundleExport export) : IResult
{
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

    public Task ExecuteAsync(HttpContext httpContext)
    {
        // As many bundles as tables: each holds a connection to the database.
        var files = httpContext.RequestServices.GetRequiredService<SentFiles>();
        return files.SendAsync(httpContext, () => SendAsync(httpContext, files));
    }

    private async Task SendAsync(HttpContext context, SentFiles files)
    {
        WriteHead(context.Response);
        if (RequestForm.IsForHead(context)) return;
        await files.WriteAsync(
            context, () => export.WriteAsync(context.Response.Body, Service, context.RequestAborted));
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
}
