using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Files;
using PieService.Domain.Foreign;

namespace PieService.Api.PredictionImports;

/// <summary>The upload of predictions: its rules are not checked yet.</summary>
/// <param name="Definition">
/// The parts of the definition that could be read, and all errors in it or in the names of the parts.
/// </param>
/// <param name="Files">The files by the names of their parts.</param>
/// <param name="Meter">Counts the bytes of all readings of the files.</param>
/// <param name="Identity">The same bytes for two uploads with the same content.</param>
public sealed record PredictionUpload(
    Body<PredictionImport> Definition, IReadOnlyDictionary<string, SourceFile> Files, ReadMeter Meter, byte[] Identity)
{
    public static async Task<PredictionUpload> ReceiveAsync(
        HttpRequest request, UploadFolder folder, CancellationToken cancellation)
    {
        var upload = await MultipartUpload.ReceiveAsync(
            request, ImportLimits.Files, name => FieldError.IsName(name) ? null
                : "must have 1 to 200 characters, none of them a control character",
            folder, cancellation);
        return new PredictionUpload(
            upload.DefinitionAs<PredictionImport>(),
            upload.Files.ToDictionary(file => file.Name, StringComparer.Ordinal), upload.Meter, upload.Identity);
    }
}
