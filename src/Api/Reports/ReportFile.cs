using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Net.Http.Headers;
using PieService.Api.Access;

namespace PieService.Api.Reports;

/// <summary>A report as a file. It is rendered completely before it is sent.</summary>
public sealed class ReportFile(ReportContent content) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<Report>(
            ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Report.Model)] = content })))
            .ToHtmlString());
        var bytes = Encoding.UTF8.GetBytes(html);
        httpContext.Response.Headers.ContentSecurityPolicy = SecurityHeaders.ForFigures;
        httpContext.Response.GetTypedHeaders().ContentDisposition = new ContentDispositionHeaderValue("inline")
        {
            FileName = $"pie-report-{content.Sweep.Id}.html",
        };
        var hash = Base64Url.EncodeToString(SHA256.HashData(bytes).AsSpan(0, 16));
        await TypedResults.Bytes(
            bytes, "text/html; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{hash}\""))
            .ExecuteAsync(httpContext);
    }
}
