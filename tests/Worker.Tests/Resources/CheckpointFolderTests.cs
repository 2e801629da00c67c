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
    public async Task Checkpoints_are_the_folders_by_their_names_its_own_before_shared_ones()
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
    public async Task A_shared_checkpoint_is_copied_once_without_what_is_not_read()
    {
        Checkpoint("artifacts/models/large");
        File.WriteAllText(folder["artifacts/models/large/vocab.txt"], "[PAD]\n");
        File.WriteAllText(folder["artifacts/models/large/pytorch_model.bin"], "the same in another format");

        var copy = (await checkpoints.FindAsync("large", CancellationToken.None)).FullName;

        Assert.StartsWith(folder["data/cache"], copy, StringComparison.Ordinal);
        Assert.Equal(["config.json", "vocab.txt"], Directory.GetFiles(copy).Select(Path.GetFileName).Order());
        Assert.Equal("[PAD]\n", File.ReadAllText(Path.Combine(copy, "vocab.txt")));
        // Only who reads the first copy can know this.
        File.WriteAllText(Path.Combine(copy, "vocab.txt"), "[UNK]\n");
        Assert.Equal(
            "[UNK]\n",
            File.ReadAllText(
                Path.Combine((await checkpoints.FindAsync("large", CancellationToken.None)).FullName, "vocab.txt")));
        Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(copy)!));
    }

    [Fact]
    public async Task What_is_shared_anew_under_a_name_is_copied_anew_and_what_was_copied_before_goes()
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
    public async Task Slots_that_want_a_shared_checkpoint_at_once_get_one_whole_copy()
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
    public async Task What_is_not_there_makes_the_worker_unfit_by_its_name(string name)
    {
        foreach (var there in new[] { "models/minilm", "outside", "artifacts/models/shared", "artifacts/outside" })
            Checkpoint(there);

        var unfit =
            await Assert.ThrowsAsync<WorkerUnfitException>(() => checkpoints.FindAsync(name, CancellationToken.None));
        Assert.Equal((ModelKind.Bert, name), (unfit.Kind, unfit.Name));
    }

    [Fact]
    public async Task A_copy_that_is_not_wanted_any_more_leaves_nothing_behind()
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
    public void A_folder_that_is_not_there_holds_none()
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
