using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;
using PieService.Api.Access;
using PieService.Api.Figures.Drawing;
using PieService.Api.Http;
using PieService.Domain;

namespace PieService.Api.Figures;

/// <summary>A figure as a file. The same data give the same bytes, so their hash is the entity tag.</summary>
public sealed class FigureFile(string name, Figure figure, FigureFormat format, FigureQuery query) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var slots = httpContext.RequestServices.GetRequiredService<FigureSlots>();
        var bytes = await slots.DrawAsync(() => BytesAsync(httpContext.RequestAborted), httpContext.RequestAborted);
        var response = httpContext.Response;
        response.GetTypedHeaders().ContentDisposition = new ContentDispositionHeaderValue("inline")
        {
            FileName = $"pie-{name}-{figure.Source.SweepId}.{Wire.Name(format)}",
        };
        response.Headers.Append("Link", Links(httpContext.Request));
        var hash = Base64Url.EncodeToString(SHA256.HashData(bytes).AsSpan(0, 16));
        await TypedResults.Bytes(bytes, format.MediaType(), entityTag: new EntityTagHeaderValue($"\"{hash}\""))
            .ExecuteAsync(httpContext);
    }

    private async Task<byte[]> BytesAsync(CancellationToken cancellation)
    {
        if (format == FigureFormat.Csv)
        {
            using var csv = new MemoryStream();
            await figure.WriteCsvAsync(csv, cancellation);
            return csv.ToArray();
        }
        var picture = figure.PictureOf(query.Look(figure.UsualWidth));
        return format switch
        {
            FigureFormat.Svg => Encoding.UTF8.GetBytes(
                SvgSheet.Write(picture, query.Fonts == EmbeddedFonts.Embedded)),
            FigureFormat.Png => Png(picture),
            FigureFormat.Pdf => SkiaSheet.Pdf(picture),
            FigureFormat.Csv => throw new InvalidOperationException("A table is not drawn."),
        };
    }

    /// <exception cref="InvalidRequestException">The PNG would have too many pixels.</exception>
    private byte[] Png(Picture picture)
    {
        var (width, height) = SkiaSheet.PixelsOf(picture.Size, query.Dpi);
        return (long)width * height <= SkiaSheet.MaxPixels ? SkiaSheet.Png(picture, query.Dpi)
            : throw new InvalidRequestException(
            [
                new("dpi", $"must be less for this figure, which has {width} x {height} pixels at {query.Dpi} dots per "
                    + $"inch: a PNG has at most {SkiaSheet.MaxPixels / 1_000_000} million"),
            ]);
    }

    /// <summary>The caption and the data describe the figure; the other formats are alternates.</summary>
    private static string Links(HttpRequest request)
    {
        // A page has its pictures below its own path, where a browser sends the key.
        var path = request.Path.StartsWithSegments(Browsing.Path, out var rest)
            ? $"/api/v1{rest}" : request.Path.Value!;
        path = path[..path.LastIndexOf('.')];
        return string.Join(
            ", ",
            Enum.GetValues<FigureFormat>()
                .Select(other => $"<{path}.{Wire.Name(other)}>; rel=\"alternate\"; "
                    + $"type=\"{other.MediaType().Split(';')[0]}\"")
                .Prepend($"<{path}>; rel=\"describedby\"; type=\"application/json\""));
    }
}
