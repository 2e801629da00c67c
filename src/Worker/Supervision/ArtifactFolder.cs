using System.Globalization;
using System.Text;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>Identity of the database that this worker works for.</summary>
public sealed record Installation(Guid Id);

/// <summary>
/// Where checkpoints and kept models lie: a folder for each run, in it one for each lease, so that no two workers write one file. Workers that
/// share the folder see the same identity in it; one that cannot reach it trains all the same, without checkpoints.
/// </summary>
public sealed class ArtifactFolder(PieFolders folders, Installation installation)
{
    /// <summary>Other databases' runs lie beside it.</summary>
    private string Own => folders.ArtifactsOf(installation.Id);

    private string Runs => Path.Combine(Own, "runs");

    /// <summary>Kept models outlive the runs' folders. A file belongs to one lease, as those do.</summary>
    private string Models => Path.Combine(Own, "models");

    /// <summary>The folder's identity, made by its first user; null: it cannot be reached at the moment.</summary>
    public string? Store()
    {
        var path = folders.ArtifactStoreFile;
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length == 0) Name(path);
            return File.ReadAllText(path) is { Length: > 0 } id ? id : null;
        }
        catch (Exception unreachable) when (unreachable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Name(string path)
    {
        Directory.CreateDirectory(folders.Artifacts);
        var mine = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = new FileStream(mine, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")));
                file.Flush(flushToDisk: true);
            }
            // Of several workers that start together the first one names it; one that was left empty by a power cut is named again.
            File.Move(mine, path, overwrite: File.Exists(path) && new FileInfo(path).Length == 0);
        }
        catch (IOException) when (File.Exists(path) && new FileInfo(path).Length > 0)
        {
            // Another worker was faster.
        }
        finally
        {
            File.Delete(mine);
        }
    }

    /// <summary>For one lease's checkpoints; whoever writes the first one makes it.</summary>
    public string FolderOf(RunLease lease) => Path.Combine(Runs, lease.RunId.ToString(), lease.Epoch.ToString(CultureInfo.InvariantCulture));

    /// <summary>For the model that the run of one lease leaves; whoever writes the first one makes its folder.</summary>
    public string ModelFileOf(RunLease lease) => Path.Combine(Models, ModelFileName.Of(lease));

    /// <summary>As the database knows it: other machines may have the folder elsewhere.</summary>
    public string Relative(string path) => Path.GetRelativePath(Own, path);

    /// <summary>Null where the run has none, or where this machine cannot see it.</summary>
    public CheckpointFile? CheckpointOf(Run? run) =>
        run is { CheckpointPath: { } path, CheckpointSha256: { } sha, CheckpointEpochs: { } epochs } && run.CheckpointStore == Store()
            && File.Exists(Path.Combine(Own, path))
            ? new CheckpointFile(Path.Combine(Own, path), sha, epochs)
            : null;

    /// <summary>The run's trained model: the kept one, else a dense run's last checkpoint; null where this machine has neither.</summary>
    public TrainedFile? TrainedModelOf(Run run) =>
        run.Model is { } kept && kept.Store == Store() && File.Exists(Path.Combine(Own, kept.Path))
            ? new(Path.Combine(Own, kept.Path), kept.Sha256)
        : CheckpointOf(run) is { } checkpoint && checkpoint.EpochsDone == run.EpochsTotal ? new(checkpoint.Path, checkpoint.Sha256)
        : null;

    /// <summary>What lies among the models, unfinished files too, with the lease that it belongs to.</summary>
    public IEnumerable<(string Path, RunLease Lease)> ModelFiles() =>
        from path in Directory.Exists(Models) ? Directory.EnumerateFiles(Models) : []
        let lease = ModelFileName.LeaseIn(path)
        where lease is not null
        select (path, lease);

    public IEnumerable<Guid> RunsWithFiles() =>
        !Directory.Exists(Runs) ? []
        : Directory.EnumerateDirectories(Runs).Select(folder => Guid.TryParse(Path.GetFileName(folder), out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty);

    /// <summary>Removes the checkpoints that this one, which the database knows, has replaced.</summary>
    public static void RemoveBefore(CheckpointFile checkpoint)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(checkpoint.Path)!, "checkpoint-*.safetensors"))
        {
            if (string.CompareOrdinal(file, checkpoint.Path) < 0) File.Delete(file);
        }
    }

    /// <summary>Removes all that leases up to this one have left of a run; all of it where no run is left.</summary>
    public void Remove(Guid run, long upToEpoch)
    {
        var folder = Path.Combine(Runs, run.ToString());
        foreach (var lease in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            // A later lease is of a run that was queued again after the database was asked.
            if (long.TryParse(Path.GetFileName(lease), CultureInfo.InvariantCulture, out var epoch) && epoch <= upToEpoch)
                Directory.Delete(lease, recursive: true);
        }
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <summary>Removes what earlier leases of a run left, except the folder of its checkpoint.</summary>
    public void RemoveEarlier(Run run)
    {
        var folder = Path.Combine(Runs, run.Id.ToString());
        var kept = run.CheckpointPath is { } path ? Path.GetDirectoryName(Path.Combine(Own, path)) : null;
        foreach (var lease in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            if (lease != kept && long.TryParse(Path.GetFileName(lease), CultureInfo.InvariantCulture, out var epoch) && epoch < run.LeaseEpoch)
                Directory.Delete(lease, recursive: true);
        }
    }
}
