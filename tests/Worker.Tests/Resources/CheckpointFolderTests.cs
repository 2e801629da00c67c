using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Resources;

namespace PieService.Worker.Tests.Resources;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CheckpointFolder checkpoints;

    public CheckpointFolderTests() => checkpoints = new(Folders(folder["models"]), TimeProvider.System);

    public void Dispose()
    {
        checkpoints.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Checkpoints_are_found_by_folder_name_and_local_ones_precede_shared_ones()
    {
        foreach (var name in new[] { "models/minilm", "models/bert-base", "models/.being--fetched.partial",
                "artifacts/models/minilm", "artifacts/models/large" }) Checkpoint(name);
        File.WriteAllText(folder["models/file"], "");

        Assert.Equal(
            [folder["models/bert-base"], folder["artifacts/models/large"], folder["models/minilm"]],
            checkpoints.All().Select(found => found.FullName));
        Assert.Equal(folder["models/minilm"], (await checkpoints.FindAsync("minilm", CancellationToken.None)).FullName);
    }

    [Fact]
    public async Task A_shared_checkpoint_is_copied_once_without_its_unused_files()
    {
        Checkpoint("artifacts/models/large");
        File.WriteAllText(folder["artifacts/models/large/vocab.txt"], "[PAD]\n");
        File.WriteAllText(folder["artifacts/models/large/pytorch_model.bin"], "the same in another format");

        var copy = (await checkpoints.FindAsync("large", CancellationToken.None)).FullName;

        Assert.StartsWith(folder["data/cache"], copy, StringComparison.Ordinal);
        Assert.Equal(["config.json", "vocab.txt"], Directory.GetFiles(copy).Select(Path.GetFileName).Order());
        Assert.Equal("[PAD]\n", File.ReadAllText(Path.Combine(copy, "vocab.txt")));
        // Only the first copy has this content.
        File.WriteAllText(Path.Combine(copy, "vocab.txt"), "[UNK]\n");
        Assert.Equal(
            "[UNK]\n",
            File.ReadAllText(
                Path.Combine((await checkpoints.FindAsync("large", CancellationToken.None)).FullName, "vocab.txt")));
        Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(copy)!));
    }

    [Fact]
    public async Task A_changed_shared_checkpoint_is_copied_again_and_its_earlier_copies_are_deleted()
    {
        Checkpoint("artifacts/models/large");
        var first = (await checkpoints.FindAsync("large", CancellationToken.None)).FullName;
        File.WriteAllText(folder["artifacts/models/large/config.json"], "{ }");

        var unfinished = Directory.CreateDirectory($"{first}.{Guid.NewGuid():N}");
        var atWork = Directory.CreateDirectory($"{first}.{Guid.NewGuid():N}");
        unfinished.LastWriteTimeUtc -= TimeSpan.FromDays(1);
        Checkpoint("artifacts/models/other");
        var other = (await checkpoints.FindAsync("other", CancellationToken.None)).FullName;

        var second = (await checkpoints.FindAsync("large", CancellationToken.None)).FullName;

        Assert.Equal("{ }", File.ReadAllText(Path.Combine(second, "config.json")));
        Assert.Equal(
            (false, false, true, true),
            (Directory.Exists(first), Directory.Exists(unfinished.FullName), Directory.Exists(atWork.FullName),
                Directory.Exists(other)));
    }

    [Fact]
    public async Task Concurrent_slots_use_one_complete_copy_of_a_shared_checkpoint()
    {
        Checkpoint("artifacts/models/large");
        // Two workers with one cache, four slots each.
        using var other = new CheckpointFolder(Folders(folder["models"]), TimeProvider.System);
        CheckpointFolder[] workers = [checkpoints, other];

        var copies = await Task.WhenAll(
            Enumerable.Range(0, 8)
                .Select(slot =>
                    Task.Run(
                        async () => (await workers[slot % 2].FindAsync("large", CancellationToken.None)).FullName)));

        var copy = Assert.Single(copies.Distinct());
        Assert.Equal("{}", File.ReadAllText(Path.Combine(copy, "config.json")));
        Assert.Equal([copy], Directory.GetDirectories(Path.GetDirectoryName(copy)!));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("../outside")]
    [InlineData("")]
    public async Task A_missing_checkpoint_is_named_and_makes_the_worker_unfit(string name)
    {
        foreach (var there in new[] { "models/minilm", "outside", "artifacts/models/shared", "artifacts/outside" })
            Checkpoint(there);

        var unfit =
            await Assert.ThrowsAsync<WorkerUnfitException>(() => checkpoints.FindAsync(name, CancellationToken.None));
        Assert.Equal((ModelKind.Bert, name), (unfit.Kind, unfit.Name));
    }

    [Fact]
    public async Task A_cancelled_copy_leaves_no_files_behind()
    {
        Checkpoint("artifacts/models/large");
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => checkpoints.FindAsync("large", stopped.Token));

        Assert.False(
            Directory.Exists(folder["data/cache/checkpoints"])
                && Directory.EnumerateFiles(folder["data/cache/checkpoints"], "*", SearchOption.AllDirectories).Any());
        Assert.Equal(
            "{}",
            File.ReadAllText(
                Path.Combine((await checkpoints.FindAsync("large", CancellationToken.None)).FullName, "config.json")));
    }

    [Fact]
    public void A_missing_folder_contains_no_checkpoints()
    {
        using var nowhere = new CheckpointFolder(Folders(folder["nowhere"]), TimeProvider.System);
        Assert.Empty(nowhere.All());
    }

    private void Checkpoint(string path)
    {
        Directory.CreateDirectory(folder[path]);
        File.WriteAllText(folder[$"{path}/config.json"], "{}");
    }

    private PieFolders Folders(string models) => new(folder["data"], folder["artifacts"], Vectors: null, models);
}
