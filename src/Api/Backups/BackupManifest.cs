using System.Text.RegularExpressions;

namespace PieService.Api.Backups;

/// <summary>What a backup has. It is a zip file with this record as <see cref="FileName"/>.</summary>
/// <param name="Format">The version of this layout.</param>
/// <param name="Service">The version of the service that wrote it.</param>
/// <param name="Schema">The migrations of the database, in order.</param>
/// <param name="Server">The version of the PostgreSQL server.</param>
/// <param name="CreatedAt">The time of the snapshot, by the database's clock.</param>
/// <param name="Files">The dump, and the files of the artifact folder, with their checksums.</param>
/// <param name="Missing">The names of the files that the backup should have and does not: they were not in the artifact
/// folder, or were damaged. A backup with any is incomplete.</param>
public sealed partial record BackupManifest(
    int Format, string Service, IReadOnlyList<string> Schema, string Server, DateTimeOffset CreatedAt,
    IReadOnlyList<BackupFile> Files, IReadOnlyList<string> Missing)
{
    public const int CurrentFormat = 1;

    public const string FileName = "backup.json", DumpName = "database.dump";

    private const string ArtifactPrefix = "artifacts/";

    public static string NameOf(string artifact) => ArtifactPrefix + artifact;

    /// <summary>
    /// The path of a file relative to the artifact folder; null for a name that is not one of a kept model or a
    /// checkpoint, so that a file is never written to another place.
    /// </summary>
    public static string? ArtifactOf(string name) =>
        name.StartsWith(ArtifactPrefix, StringComparison.Ordinal) && name[ArtifactPrefix.Length..] is var path
            && Artifacts().IsMatch(path) ? path : null;

    [GeneratedRegex(
        @"\A(models/[0-9a-f-]{36}\.\d{1,18}\.safetensors"
            + @"|runs/[0-9a-f-]{36}/\d{1,18}/checkpoint-\d{1,9}\.safetensors)\z")]
    private static partial Regex Artifacts();
}

/// <param name="Name">The name in the zip file.</param>
/// <param name="Sha256">Of the bytes, as lower-case hexadecimal digits.</param>
public sealed record BackupFile(string Name, long Bytes, string Sha256);
