using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Files;
using PieService.Hosting;

namespace PieService.Api.Uploads;

/// <summary>
/// A received multipart/form-data body: the bytes of its definition, and its files on the disk. Nothing of them is read
/// yet.
/// </summary>
/// <param name="Errors">The errors in the names of the parts.</param>
/// <param name="Identity">
/// Bytes that are equal for two uploads with the same content, whatever their boundaries and the order of their parts.
/// </param>
public sealed record MultipartUpload(
    byte[] Definition, IReadOnlyList<SourceFile> Files, IReadOnlyList<FieldError> Errors, ReadMeter Meter,
    byte[] Identity)
{
    public const string DefinitionPart = "definition";

    private const int MaxTextBytes = 1024 * 1024;

    /// <param name="maxFiles">The largest number of files.</param>
    /// <param name="nameFault">Why a part cannot have this name; null if it can.</param>
    /// <param name="folder">The folder of the files, which are numbered in it: a name need not be a valid path.</param>
    public static async Task<MultipartUpload> ReceiveAsync(
        HttpRequest request, int maxFiles, Func<string, string?> nameFault, UploadFolder folder,
        CancellationToken cancellation)
    {
        var reader = new MultipartReader(Boundary(request), request.Body);
        var (errors, files, definition) = (new List<FieldError>(), new List<SourceFile>(), (byte[]?)null);
        var (meter, hashes) = (new ReadMeter(), new SortedDictionary<string, string>(StringComparer.Ordinal));
        var fields = request.HttpContext.Features.Get<UploadFields>();
        var most = maxFiles + (fields is null ? 1 : UploadFields.Most);
        for (var count = 1; await Multipart(reader.ReadNextSectionAsync(cancellation)) is { } section; count++)
        {
            if (count > most)
                throw new BadHttpRequestException(fields is null
                    ? $"The body has more than {most} parts: {DefinitionPart} and {maxFiles} files."
                    : $"The form has more than {most} parts: {UploadFields.Most} fields and {maxFiles} files.");
            var (name, fileName) = NamesOf(section);
            var path = folder.PathOf($"part-{count}");
            if (fields is not null && fileName is null)
                fields.Add(name, await ReadTextAsync(name, section, cancellation));
            else if (name == DefinitionPart && definition is null)
                definition = await ReadTextAsync(name, section, cancellation);
            else if (name == DefinitionPart || hashes.ContainsKey(name))
                errors.Add(new(name, "must be given once"));
            else if (nameFault(name) is { } fault)
                errors.Add(new(name, fault));
            else if (await SpoolAsync(section, path, cancellation) is var (length, sha256)
                && (length > 0 || fileName is { Length: > 0 }))
            {
                Telemetry.ImportBytes.Add(length, new KeyValuePair<string, object?>(Telemetry.Kind, "files"));
                files.Add(new SourceFile(name, path) { Meter = meter });
                hashes.Add(name, sha256);
                fields?.HadFiles = true;
            }
            // Otherwise the part is a form field for which no file was chosen.
        }
        definition ??= fields?.Definition();
        byte[] identity = [.. definition ?? [], .. JsonSerializer.SerializeToUtf8Bytes(hashes)];
        fields?.SetKey(request, identity);
        return new MultipartUpload(definition ?? [], files, errors, meter, identity);
    }

    /// <summary>The definition, as far as it can be read, and all errors in it and in the parts.</summary>
    /// <param name="further">Errors of the kind of the upload in its parts.</param>
    public Body<T> DefinitionAs<T>(params IEnumerable<FieldError> further) where T : class
    {
        var (taken, errors) = (new RemovedNodes(), (List<FieldError>)[.. Errors, .. further]);
        if (Definition.Length == 0 && errors.TrueForAll(error => error.Field != DefinitionPart))
            errors.Add(new(DefinitionPart, "is required: a part with the definition as JSON"));
        if (Definition.Length == 0) return new(null, errors, taken, Definition);
        try
        {
            var (value, unread) = JsonErrors.Read<T>(StrictJson.Parse(WithoutMark(Definition)), taken);
            return new(
                value,
                [.. errors,
                    .. unread.Select(error => error.Field == "$" ? error with { Field = DefinitionPart } : error)],
                taken, Definition);
        }
        catch (JsonException malformed)
        {
            return new(null, [.. errors, new(DefinitionPart, $"is not JSON: {malformed.Message}")], taken, Definition);
        }
    }

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

    /// <returns>The name of the part, and that of its file; null for the field of a form.</returns>
    private static (string Name, string? FileName) NamesOf(MultipartSection section)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || disposition.DispositionType != "form-data" || !disposition.Name.HasValue)
            throw new BadHttpRequestException(
                "Every part must have a header like: Content-Disposition: form-data; name=\"train\"; "
                    + "filename=\"train.csv\"");
        var fileName = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        return (
            HeaderUtilities.RemoveQuotes(disposition.Name).ToString(),
            fileName.HasValue ? HeaderUtilities.RemoveQuotes(fileName).ToString() : null);
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

    /// <summary>The bytes of a definition, or of a field of a form.</summary>
    private static async Task<byte[]> ReadTextAsync(
        string name, MultipartSection section, CancellationToken cancellation)
    {
        var (text, block) = (new MemoryStream(), new byte[16 * 1024]);
        for (int read; (read = await Multipart(section.Body.ReadAsync(block, cancellation).AsTask())) > 0;)
        {
            text.Write(block, 0, read);
            if (text.Length <= MaxTextBytes) continue;
            throw new BadHttpRequestException(
                $"The part {name} has more than {MaxTextBytes} bytes.",
                StatusCodes.Status413PayloadTooLarge);
        }
        return text.ToArray();
    }

    /// <summary>Editors on Windows write a byte order mark before JSON.</summary>
    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) =>
        json is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : json;

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
