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
/// <param name="files">A place of these is taken: the export holds a connection to the database.</param>
public sealed class BundleFileResult(BundleExport export, SentFiles files) : IResult
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

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        WriteHead(httpContext.Response);
        if (RequestForm.IsForHead(httpContext)) return;
        await files.WriteAsync(
            httpContext, () => export.WriteAsync(httpContext.Response.Body, Service, httpContext.RequestAborted));
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
