namespace PieService.Domain;

/// <summary>The folders of this machine that the service reads and writes.</summary>
/// <param name="Data">Everything that the service itself writes: the private database, artifacts, caches.</param>
/// <param name="Artifacts">Checkpoints, trunks and kept models; several machines may share this folder.</param>
/// <param name="Vectors">Word vectors in GloVe's format; null if there is no such folder.</param>
/// <param name="Models">Hugging Face checkpoints, one folder each.</param>
public sealed record PieFolders(string Data, string Artifacts, string? Vectors, string Models)
{
    /// <summary>Datasets and vectors in the form that trainers read; may be deleted at any time.</summary>
    public string Cache => Path.Combine(Data, "cache");

    /// <summary>
    /// The file with the identity of the artifact folder: machines that read the same identity share the folder.
    /// </summary>
    public string ArtifactStoreFile => Path.Combine(Artifacts, "store-id");

    /// <summary>
    /// Checkpoints for every machine that shares the artifact folder, one folder each; users put them there.
    /// </summary>
    public string SharedModels => Path.Combine(Artifacts, "models");

    /// <summary>The artifacts of one database; those of other databases may be in folders beside it.</summary>
    public string ArtifactsOf(Guid installation) => Path.Combine(Artifacts, installation.ToString());

    /// <summary>The private cluster's connection string, for the worker on the same machine.</summary>
    public string ConnectionFile => Path.Combine(Data, "connection");

    /// <param name="setting">Looks a setting up by its name: PIE_DATA, PIE_ARTIFACTS, PIE_VECTORS, PIE_MODELS.</param>
    public static PieFolders From(Func<string, string?> setting)
    {
        var data = Path.GetFullPath(Given("PIE_DATA") ?? Default());
        return new PieFolders(
            data,
            Path.GetFullPath(Given("PIE_ARTIFACTS") ?? Path.Combine(data, "artifacts")),
            Given("PIE_VECTORS"),
            Path.GetFullPath(Given("PIE_MODELS") ?? Path.Combine(data, "models")));

        string? Given(string name) => setting(name) is { Length: > 0 } value ? value : null;

        string Default() => Environment.UserName == "root"
            // PostgreSQL refuses to run as root, and its own user cannot read /root.
            ? "/var/lib/pieservice"
            : Path.Combine(
                Given("XDG_DATA_HOME")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share"),
                "pieservice");
    }
}
