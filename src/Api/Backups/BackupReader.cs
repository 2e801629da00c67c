using System.IO.Compression;
using System.Text.Json;
using PieService.Domain;

namespace PieService.Api.Backups;

/// <summary>Reads a backup. Nothing of it is used before all of its checksums are compared.</summary>
internal sealed class BackupReader : IDisposable
{
    private const int MostManifestBytes = 256 << 20;

    private readonly ZipArchive zip;
    private readonly string path;

    private BackupReader(ZipArchive zip, string path, BackupManifest manifest) =>
        (this.zip, this.path, Manifest) = (zip, path, manifest);

    public BackupManifest Manifest { get; }

    /// <exception cref="BackupException">The file is not a backup, is damaged, or is of another format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<BackupReader> OpenAsync(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(file, ZipArchiveMode.Read);
            var reader = new BackupReader(zip, path, await ManifestAsync(zip, path, cancellation));
            await reader.VerifyAsync(cancellation);
            return reader;
        }
        catch (Exception damaged) when (damaged is InvalidDataException or JsonException)
        {
            zip?.Dispose();
            await file.DisposeAsync();
            throw new BackupException($"{path} is not a backup of PieService, or it is incomplete: {damaged.Message}");
        }
        catch
        {
            zip?.Dispose();
            await file.DisposeAsync();
            throw;
        }
    }

    public Stream Open(string name) => Entry(zip, path, name).Open();

    /// <summary>The files for the artifact folder, with their paths in it.</summary>
    public IEnumerable<(BackupFile File, string Path)> Artifacts() =>
        from file in Manifest.Files
        where file.Name != BackupManifest.DumpName
        select (file, BackupManifest.ArtifactOf(file.Name)!);

    public void Dispose() => zip.Dispose();

    private static async Task<BackupManifest> ManifestAsync(
        ZipArchive zip, string path, CancellationToken cancellation)
    {
        var entry = Entry(zip, path, BackupManifest.FileName);
        if (entry.Length > MostManifestBytes) throw new InvalidDataException("its list of files is too long.");
        await using var stream = entry.Open();
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(cancellation);
        using (var json = JsonDocument.Parse(text))
        {
            if (!json.RootElement.TryGetProperty("format", out var format) || !format.TryGetInt32(out var number))
                throw new InvalidDataException("its list of files has no format.");
            if (number != BackupManifest.CurrentFormat)
                throw new BackupException(
                    $"{path} has format {number}; this version reads {BackupManifest.CurrentFormat}. Restore it with "
                    + "the version of PieService that wrote it.");
        }
        var manifest = Json.Read<BackupManifest>(text);
        if (manifest.Files.Count(file => file.Name == BackupManifest.DumpName) != 1)
            throw new InvalidDataException("it has no database.");
        return manifest.Files.FirstOrDefault(file =>
                file.Name != BackupManifest.DumpName && BackupManifest.ArtifactOf(file.Name) is null) is { } strange
            ? throw new InvalidDataException($"'{strange.Name}' is not the name of a model or a checkpoint.")
            : manifest;
    }

    private async Task VerifyAsync(CancellationToken cancellation)
    {
        foreach (var file in Manifest.Files)
        {
            await using var stream = Open(file.Name);
            var read = await HashedCopy.CopyAsync(file.Name, stream, Stream.Null, cancellation);
            if (read != file)
                throw new BackupException(
                    $"{path} is damaged: {file.Name} has {read.Bytes} bytes with the SHA-256 {read.Sha256}, but "
                    + $"{file.Bytes} bytes with {file.Sha256} were written. Use another backup.");
        }
    }

    private static ZipArchiveEntry Entry(ZipArchive zip, string path, string name) =>
        zip.GetEntry(name) ?? throw new BackupException($"{path} is not a backup of PieService: it has no {name}.");
}
