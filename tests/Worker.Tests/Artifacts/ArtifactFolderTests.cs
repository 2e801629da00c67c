using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Artifacts;
using PieService.Worker.Runs;

namespace PieService.Worker.Tests.Artifacts;

public sealed class ArtifactFolderTests : IDisposable
{
    private static readonly Installation Database = new(Guid.NewGuid());

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_identity_of_a_folder_is_the_same_for_all_its_workers_and_differs_between_folders()
    {
        var ids = Enumerable.Range(0, 16).AsParallel().Select(_ => At("shared").Store()).ToList();
        Assert.NotNull(Assert.Single(ids.Distinct()));
        Assert.NotEqual(ids[0], At("other").Store());
    }

    [Fact]
    public void A_folder_that_cannot_be_reached_has_no_identity_and_no_checkpoints()
    {
        File.WriteAllText(folder["file"], "");
        Assert.Null(At("file/below").Store());
        Assert.Null(At("file/below").CheckpointOf(RunWith("runs/x/1/checkpoint-0001.safetensors", store: null)));
    }

    [Fact]
    public void A_checkpoint_is_used_only_from_the_folder_that_contains_it()
    {
        var (here, there) = (At("here"), At("there"));
        var lease = new RunLease(Guid.NewGuid(), 1);
        var path = Path.Combine(
            Directory.CreateDirectory(here.FolderOf(lease)).FullName, "checkpoint-0001.safetensors");
        File.WriteAllText(path, "");

        Assert.Equal(path, here.CheckpointOf(RunWith(here.Relative(path), here.Store()))?.Path);
        Assert.Null(here.CheckpointOf(RunWith(here.Relative(path), there.Store())));
        Assert.Null(there.CheckpointOf(RunWith(here.Relative(path), here.Store())));
    }

    [Fact]
    public void The_runs_of_another_database_are_ignored()
    {
        var stranger = new ArtifactFolder(
            new PieFolders(folder["data"], folder["shared"], null, folder["models"]), new Installation(Guid.NewGuid()));
        Directory.CreateDirectory(stranger.FolderOf(new RunLease(Guid.NewGuid(), 1)));
        Assert.Empty(At("shared").RunsWithFiles());
    }

    [Fact]
    public void The_files_of_earlier_leases_are_deleted_except_the_newest_checkpoint()
    {
        var artifacts = At("here");
        var run = RunWith("", null, leaseEpoch: 3);
        foreach (var epoch in new[] { 1, 2, 3 })
            File.WriteAllText(
                Path.Combine(
                    Directory.CreateDirectory(artifacts.FolderOf(new RunLease(run.Id, epoch))).FullName,
                    "checkpoint-0001.safetensors"), "");
        var newest = Path.Combine(artifacts.FolderOf(new RunLease(run.Id, 2)), "checkpoint-0001.safetensors");

        artifacts.RemoveEarlier(RunWith(artifacts.Relative(newest), artifacts.Store(), leaseEpoch: 3, run.Id));

        Assert.Equal(
            [artifacts.FolderOf(new RunLease(run.Id, 2)), artifacts.FolderOf(new RunLease(run.Id, 3))],
            Directory.GetDirectories(Path.GetDirectoryName(artifacts.FolderOf(new RunLease(run.Id, 1)))!).Order());
    }

    [Fact]
    public void Checkpoints_older_than_the_recorded_one_are_deleted()
    {
        foreach (var epoch in new[] { 1, 2, 10 }) File.WriteAllText(folder[$"checkpoint-{epoch:D4}.safetensors"], "");
        ArtifactFolder.RemoveBefore(new CheckpointFile(folder["checkpoint-0002.safetensors"], "", 2));
        Assert.Equal(
            [folder["checkpoint-0002.safetensors"], folder["checkpoint-0010.safetensors"]],
            Directory.GetFiles(folder[""]).Order());
    }

    [Fact]
    public void Finished_and_unfinished_model_files_are_listed_with_their_lease_and_other_files_are_not()
    {
        var artifacts = At("here");
        var lease = new RunLease(Guid.NewGuid(), 12);
        var path = artifacts.ModelFileOf(lease);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (var file in new[] { path, $"{path}.tmp", Path.Combine(Path.GetDirectoryName(path)!, "notes.txt") })
            File.WriteAllText(file, "");

        Assert.Equal([(path, lease), ($"{path}.tmp", lease)], artifacts.ModelFiles().OrderBy(file => file.Path));
    }

    private ArtifactFolder At(string name) =>
        new(new PieFolders(folder["data"], folder[name], null, folder["models"]), Database);

    private static Run RunWith(string path, string? store, long leaseEpoch = 1, Guid? id = null) => new()
    {
        Id = id ?? Guid.NewGuid(),
        Fingerprint = "",
        Recipe = Toy.Recipe(Method.Dense),
        LeaseEpoch = leaseEpoch,
        CheckpointPath = path,
        CheckpointSha256 = "",
        CheckpointEpochs = 1,
        CheckpointStore = store,
    };
}
