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
    public void Checkpoints_are_the_folders_with_a_config_by_their_names()
    {
        foreach (var name in new[] { "minilm", "bert-base", ".being--fetched.partial" }) Checkpoint(name);
        Directory.CreateDirectory(folder["models/empty"]);
        File.WriteAllText(folder["models/file"], "");

        Assert.Equal(["bert-base", "minilm"], checkpoints.Names());
        Assert.Equal(folder["models/minilm"], checkpoints.Find("minilm").FullName);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("../outside")]
    [InlineData("")]
    public void What_is_not_there_makes_the_worker_unfit_by_its_name(string name)
    {
        Checkpoint("minilm");
        Checkpoint("../outside");

        var unfit = Assert.Throws<WorkerUnfitException>(() => checkpoints.Find(name));
        Assert.Equal((ModelKind.Bert, name), (unfit.Kind, unfit.Name));
    }

    [Fact]
    public void A_distrusted_checkpoint_is_not_offered_any_more()
    {
        foreach (var name in new[] { "a", "b" }) Checkpoint(name);
        checkpoints.Distrust("a");

        Assert.Equal(["b"], checkpoints.Names());
    }

    [Fact]
    public void A_folder_that_is_not_there_holds_none() => Assert.Empty(new CheckpointFolder(Folders(folder["nowhere"])).Names());

    private void Checkpoint(string name)
    {
        Directory.CreateDirectory(folder["models/" + name]);
        File.WriteAllText(folder[$"models/{name}/config.json"], "{}");
    }

    private PieFolders Folders(string models) => new(folder["data"], folder["artifacts"], Vectors: null, models);
}
