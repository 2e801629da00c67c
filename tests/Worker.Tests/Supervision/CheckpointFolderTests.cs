using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Supervision;

namespace PieService.Worker.Tests.Supervision;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CheckpointFolder checkpoints;

    public CheckpointFolderTests() => checkpoints = new(Folders(folder["models"]));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Checkpoints_are_the_folders_by_their_names_its_own_before_shared_ones()
    {
        foreach (var name in new[] { "models/minilm", "models/bert-base", "models/.being--fetched.partial", "artifacts/models/minilm", "artifacts/models/large" }) Checkpoint(name);
        File.WriteAllText(folder["models/file"], "");

        Assert.Equal([folder["models/bert-base"], folder["artifacts/models/large"], folder["models/minilm"]], checkpoints.All().Select(found => found.FullName));
        Assert.Equal(folder["models/minilm"], checkpoints.Find("minilm").FullName);
    }

    [Fact]
    public void A_shared_checkpoint_is_copied_once_without_what_is_not_read()
    {
        Checkpoint("artifacts/models/large");
        File.WriteAllText(folder["artifacts/models/large/vocab.txt"], "[PAD]\n");
        File.WriteAllText(folder["artifacts/models/large/pytorch_model.bin"], "the same in another format");

        var copy = checkpoints.Find("large").FullName;

        Assert.StartsWith(folder["data/cache"], copy, StringComparison.Ordinal);
        Assert.Equal(["config.json", "vocab.txt"], Directory.GetFiles(copy).Select(Path.GetFileName).Order());
        Assert.Equal("[PAD]\n", File.ReadAllText(Path.Combine(copy, "vocab.txt")));
        // Only who reads the first copy can know this.
        File.WriteAllText(Path.Combine(copy, "vocab.txt"), "[UNK]\n");
        Assert.Equal("[UNK]\n", File.ReadAllText(Path.Combine(checkpoints.Find("large").FullName, "vocab.txt")));
        Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(copy)!));
    }

    [Fact]
    public void What_is_shared_anew_under_a_name_is_copied_anew()
    {
        Checkpoint("artifacts/models/large");
        var first = checkpoints.Find("large").FullName;
        File.WriteAllText(folder["artifacts/models/large/config.json"], "{ }");

        var second = checkpoints.Find("large").FullName;

        Assert.Equal(("{}", "{ }"), (File.ReadAllText(Path.Combine(first, "config.json")), File.ReadAllText(Path.Combine(second, "config.json"))));
    }

    [Fact]
    public async Task Slots_that_want_a_shared_checkpoint_at_once_get_one_whole_copy()
    {
        Checkpoint("artifacts/models/large");
        // Two workers with one cache, four slots each.
        CheckpointFolder[] workers = [checkpoints, new(Folders(folder["models"]))];

        var copies = await Task.WhenAll(Enumerable.Range(0, 8).Select(slot => Task.Run(() => workers[slot % 2].Find("large").FullName)));

        var copy = Assert.Single(copies.Distinct());
        Assert.Equal("{}", File.ReadAllText(Path.Combine(copy, "config.json")));
        Assert.Equal([copy], Directory.GetDirectories(Path.GetDirectoryName(copy)!));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("../outside")]
    [InlineData("")]
    public void What_is_not_there_makes_the_worker_unfit_by_its_name(string name)
    {
        foreach (var there in new[] { "models/minilm", "outside", "artifacts/models/shared", "artifacts/outside" }) Checkpoint(there);

        var unfit = Assert.Throws<WorkerUnfitException>(() => checkpoints.Find(name));
        Assert.Equal((ModelKind.Bert, name), (unfit.Kind, unfit.Name));
    }

    [Fact]
    public void A_folder_that_is_not_there_holds_none() => Assert.Empty(new CheckpointFolder(Folders(folder["nowhere"])).All());

    private void Checkpoint(string path)
    {
        Directory.CreateDirectory(folder[path]);
        File.WriteAllText(folder[$"{path}/config.json"], "{}");
    }

    private PieFolders Folders(string models) => new(folder["data"], folder["artifacts"], Vectors: null, models);
}
