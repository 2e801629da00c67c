using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>Where checkpoints lie: a folder for each run, in it one for each lease, so that no two workers write one file.</summary>
public sealed class ArtifactFolder(PieFolders folders)
{
    private string Runs => Path.Combine(folders.Artifacts, "runs");

    public string Create(RunLease lease) =>
        Directory.CreateDirectory(Path.Combine(Runs, lease.RunId.ToString(), lease.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture))).FullName;

    /// <summary>As the database knows it: other machines may have the folder elsewhere.</summary>
    public string Relative(string path) => Path.GetRelativePath(folders.Artifacts, path);

    /// <summary>Null where the run has none, or where this machine cannot see it.</summary>
    public CheckpointFile? CheckpointOf(Run? run) =>
        run is { CheckpointPath: { } path, CheckpointSha256: { } sha, CheckpointEpochs: { } epochs } && File.Exists(Path.Combine(folders.Artifacts, path))
            ? new CheckpointFile(Path.Combine(folders.Artifacts, path), sha, epochs)
            : null;

    public IEnumerable<Guid> RunsWithFiles() =>
        !Directory.Exists(Runs) ? []
        : Directory.EnumerateDirectories(Runs).Select(folder => Guid.TryParse(Path.GetFileName(folder), out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty);

    /// <summary>Removes what earlier leases of a run left, except the folder of one checkpoint.</summary>
    public void Remove(Guid run)
    {
        var folder = Path.Combine(Runs, run.ToString());
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
