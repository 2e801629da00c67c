using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Files;

namespace PieService.Api.Datasets;

/// <summary>
/// A received upload: its definition is parsed and its files are on disk; the rules are not checked yet.
/// </summary>
/// <param name="Definition">
/// The parts of the definition that could be read, and all errors in it or in the parts of the upload.
/// </param>
/// <param name="Identity">
/// Bytes that are equal for two uploads with the same content, whatever their boundaries and the order of their parts.
/// </param>
public sealed record DatasetUpload(
    Body<DatasetDefinition> Definition, IReadOnlyList<DatasetPart> Parts, byte[] Identity)
{
    public const string DefinitionPart = "definition";

    private const int MaxDefinitionBytes = 1024 * 1024;
    private const int MaxParts = 20;

    private static readonly string Names = string.Join(", ", DatasetPart.Names.Prepend(DefinitionPart));

    public static async Task<DatasetUpload> ReceiveAsync(
        HttpRequest request, UploadFolder folder, CancellationToken cancellation)
    {
        var reader = new MultipartReader(Boundary(request), request.Body);
        var (errors, parts, definition) = (new List<FieldError>(), new List<DatasetPart>(), (byte[]?)null);
        var (meter, hashes) = (new ReadMeter(), new SortedDictionary<string, string>(StringComparer.Ordinal));
        for (var count = 1; await Multipart(reader.ReadNextSectionAsync(cancellation)) is { } section; count++)
        {
            if (count > MaxParts)
                throw new BadHttpRequestException($"The body has more than {MaxParts} parts. The parts are: {Names}.");
            var (name, fileName) = NamesOf(section);
            if (name == DefinitionPart && definition is null)
                definition = await ReadDefinitionAsync(section, cancellation);
            else if (name == DefinitionPart || parts.Any(part => part.Name == name))
                errors.Add(new(name, "must be given once"));
            else if (!DatasetPart.Names.Contains(name))
                errors.Add(new(name, $"is not a part of this request. The parts are: {Names}"));
            else if (await SpoolAsync(section, folder.PathOf(name), cancellation) is var (length, sha256)
                && (length > 0 || fileName.Length > 0))
            {
                parts.Add(new DatasetPart(name, folder.PathOf(name)) { Meter = meter });
                hashes.Add(name, sha256);
            }
            // Otherwise the part is a form field for which no file was chosen.
        }
        errors.AddRange(DatasetRules.CheckParts([.. parts.Select(part => part.Name)]));
        return new DatasetUpload(
            Parse(definition ?? [], errors), parts,
            [.. definition ?? [], .. JsonSerializer.SerializeToUtf8Bytes(hashes)]);
    }

    /// <exception cref="InvalidRequestException">The definition or the parts break a rule.</exception>
    public DatasetDefinition CheckedDefinition() =>
        Definition.Checked(value => DatasetRules.Check(value, [.. Parts.Select(part => part.Name)]));

    private static string Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException(
                "The body must be multipart/form-data.", StatusCodes.Status415UnsupportedMediaType);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= 70
            ? boundary
            : throw new BadHttpRequestException(
                "The Content-Type multipart/form-data must have a boundary of 1 to 70 characters (RFC 2046).");
    }

    private static (string Name, string FileName) NamesOf(MultipartSection section)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || disposition.DispositionType != "form-data" || !disposition.Name.HasValue)
            throw new BadHttpRequestException(
                "Every part must have a header like: Content-Disposition: form-data; name=\"train\"; "
                    + "filename=\"train.csv\"");
        var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        return (HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), HeaderUtilities.RemoveQuotes(fileName)
            .ToString());
    }

    private static async Task<(long Length, string Sha256)> SpoolAsync(
        MultipartSection section, string path, CancellationToken cancellation)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var block = new byte[64 * 1024];
        for (int read; (read = await Multipart(section.Body.ReadAsync(block, cancellation).AsTask())) > 0;)
        {
            sha.AppendData(block, 0, read);
            await file.WriteAsync(block.AsMemory(0, read), cancellation);
        }
        return (file.Length, Convert.ToHexStringLower(sha.GetHashAndReset()));
    }

    private static async Task<byte[]> ReadDefinitionAsync(MultipartSection section, CancellationToken cancellation)
    {
        var (definition, block) = (new MemoryStream(), new byte[16 * 1024]);
        for (int read; (read = await Multipart(section.Body.ReadAsync(block, cancellation).AsTask())) > 0;)
        {
            definition.Write(block, 0, read);
            if (definition.Length <= MaxDefinitionBytes) continue;
            throw new BadHttpRequestException(
                $"The part {DefinitionPart} has more than {MaxDefinitionBytes} bytes.",
                StatusCodes.Status413PayloadTooLarge);
        }
        return definition.ToArray();
    }

    /// <summary>Editors on Windows write a byte order mark before JSON.</summary>
    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) =>
        json is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : json;

    private static Body<DatasetDefinition> Parse(byte[] definition, List<FieldError> errors)
    {
        var taken = new RemovedNodes();
        if (definition.Length == 0 && errors.TrueForAll(error => error.Field != DefinitionPart))
            errors.Add(new(DefinitionPart, "is required: a part with the dataset's definition as JSON"));
        if (definition.Length == 0) return new(null, errors, taken, definition);
        try
        {
            var (value, unread) = JsonErrors.Read<DatasetDefinition>(StrictJson.Parse(WithoutMark(definition)), taken);
            return new(
                value,
                [.. errors,
                    .. unread.Select(error => error.Field == "$" ? error with { Field = DefinitionPart } : error)],
                taken, definition);
        }
        catch (JsonException malformed)
        {
            return new(null, [.. errors, new(DefinitionPart, $"is not JSON: {malformed.Message}")], taken, definition);
        }
    }

    /// <summary>
    /// Reports an invalid multipart body as an error of the client. An error of the connection already has the right
    /// type.
    /// </summary>
    private static async Task<T> Multipart<T>(Task<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (InvalidDataException malformed)
        {
            throw new BadHttpRequestException(
                $"The body is not valid multipart/form-data: {malformed.Message}", malformed);
        }
        catch (IOException cutOff) when (cutOff is not BadHttpRequestException)
        {
            throw new BadHttpRequestException(
                "The body ends before its closing boundary: the upload was interrupted, or the Content-Type has "
                + "another boundary.", cutOff);
        }
    }
}
