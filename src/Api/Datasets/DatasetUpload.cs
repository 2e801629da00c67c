using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain.Datasets;

namespace PieService.Api.Datasets;

/// <summary>The upload of a dataset: its rules are not checked yet.</summary>
/// <param name="Definition">
/// The parts of the definition that could be read, and all errors in it or in the parts of the upload.
/// </param>
/// <param name="Identity">The same bytes for two uploads with the same content.</param>
public sealed record DatasetUpload(
    Body<DatasetDefinition> Definition, IReadOnlyList<DatasetPart> Parts, byte[] Identity)
{
    /// <summary>More than there are names of parts, so that a wrong name is reported with the others.</summary>
    private const int MaxFiles = 19;

    private static readonly string Names = string.Join(", ", DatasetPart.Names.Prepend(MultipartUpload.DefinitionPart));

    public static async Task<DatasetUpload> ReceiveAsync(
        HttpRequest request, UploadFolder folder, CancellationToken cancellation)
    {
        var upload = await MultipartUpload.ReceiveAsync(
            request, MaxFiles,
            name => DatasetPart.Names.Contains(name) ? null : $"is not a part of this request. The parts are: {Names}",
            folder, cancellation);
        return new DatasetUpload(
            upload.DefinitionAs<DatasetDefinition>(
                DatasetRules.CheckParts([.. upload.Files.Select(file => file.Name)])),
            [.. upload.Files.Select(file => new DatasetPart(file.Name, file.Path) { Meter = file.Meter })],
            upload.Identity);
    }

    /// <exception cref="InvalidRequestException">The definition or the parts break a rule.</exception>
    public DatasetDefinition CheckedDefinition() =>
        Definition.Checked(value => DatasetRules.Check(value, [.. Parts.Select(part => part.Name)]));
}
