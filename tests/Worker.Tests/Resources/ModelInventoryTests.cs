using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.TestSupport;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Resources;
using PieService.Worker.Tests.Models;

namespace PieService.Worker.Tests.Resources;

public sealed class ModelInventoryTests : IDisposable
{
    private const string Vectors = "the 1 2 3\nfilm 4 5 6\n";

    private readonly TemporaryFolder folder = new();
    private string[] usable = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Each_file_of_vectors_is_listed_once_with_its_sizes_or_its_error()
    {
        var bytes = Gzipped(Vectors);
        File.WriteAllBytes(InVectors("glove.3d.txt.gz"), bytes);
        File.WriteAllText(InVectors("broken.txt"), "one 1 2\ntwo x y\n");

        var models = await LookAsync(2);

        Assert.Equal(
            new ModelFile(
                "glove.3d", ModelKind.Vectors, Dimensions: 3, Layers: null, Parameters: 6,
                Convert.ToHexStringLower(SHA256.HashData(bytes)), Words: 2, Duplicates: 0),
            models.Single(model => model.Name == "glove.3d") with { Aliases = null });
        var broken = models.Single(model => model.Name == "broken");
        Assert.Equal(
            new ModelFile("broken", ModelKind.Vectors, null, null, null, null, broken.Error),
            broken with { Aliases = null });
        Assert.Contains("broken.txt", broken.Error, StringComparison.Ordinal);
        Assert.Contains("line 2", broken.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(folder["vectors"], broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_files_of_a_name_the_one_that_runs_get_has_it_and_the_others_their_own()
    {
        File.WriteAllText(InVectors("two.txt"), Vectors);
        File.WriteAllBytes(InVectors("two.gz"), Gzipped("the 1 2\n"));
        File.WriteAllText(InVectors("three.txt"), Vectors);
        File.WriteAllText(InVectors("three"), "the 1\n");

        var models = await LookAsync(4);

        Assert.Equal(
            ["three 1", "three.txt 3", "two 3", "two.gz 2"],
            models.Select(model => $"{model.Name} {model.Dimensions}").Order(StringComparer.Ordinal));
        Assert.Equal("two.txt", Assert.Single(models.Single(model => model.Name == "two").Aliases!));
        var files = new VectorFolder(Folders);
        Assert.All(
            models.SelectMany(model => model.Names(), (model, name) => (model.Sha256, Name: name)),
            model => Assert.Equal(model.Sha256, Sha(File.ReadAllBytes(files.Find(model.Name).FullName))));
        Assert.Equal("two.txt", files.Find("two.txt").Name);

        File.Delete(InVectors("two.txt"));
        Assert.Contains("two 2", (await LookAsync(3)).Select(model => $"{model.Name} {model.Dimensions}"));
    }

    [Fact]
    public async Task A_file_of_vectors_is_offered_by_all_its_names_or_by_none()
    {
        File.WriteAllText(InVectors("good.txt"), Vectors);
        File.WriteAllText(InVectors("broken.vec"), "one 1 2\ntwo x y\n");
        File.WriteAllText(InVectors("other.txt"), Vectors);
        var files = new VectorFolder(Folders);
        using var checkpoints = new CheckpointFolder(Folders, TimeProvider.System);
        using var inventory = InventoryOf(checkpoints, new TrainerMemory(null), files);
        await UntilItHasLookedAsync(inventory, 3);
        Assert.Equal(["good", "good.txt", "other", "other.txt"], inventory.Vectors());

        files.MarkUnusable("other.txt", "another SHA-256");

        Assert.Equal(["good", "good.txt"], inventory.Vectors());
        Assert.Equal("another SHA-256", inventory.Models.Single(model => model.Name == "other").Error);
        // Before the next look, the name already belongs to this file, which has no error.
        File.WriteAllText(InVectors("broken"), Vectors);
        Assert.Equal(["broken", "good", "good.txt"], inventory.Vectors());
    }

    [Fact]
    public async Task Local_and_shared_checkpoints_are_listed_with_their_sizes_and_may_be_used()
    {
        using var bert = new ToyBert();
        Copy(bert.Write(), folder["models/own"]);
        Copy(bert.Write(), folder["artifacts/models/shared"]);

        var models = await LookAsync(2);

        // The same calculation as that of the command in docs/formats.md.
        var sum = string.Concat(
            PretrainedBert.FilesIn(folder["models/own"])
                .Select(name => $"{Sha(File.ReadAllBytes(folder[$"models/own/{name}"]))}  {name}\n"));
        var expected = new ModelFile(
            "own", ModelKind.Bert, 8, 2, bert.Tensors.Values.Sum(shape => shape.Aggregate(1L, (a, b) => a * b)),
            Sha(Encoding.UTF8.GetBytes(sum)), Positions: 10, Pooler: true);
        Assert.Equal([expected, expected with { Name = "shared" }], models);
        Assert.Equal(["own", "shared"], usable);
    }

    [Theory]
    [InlineData("config.json", null, "config.json cannot be read")]
    [InlineData("vocab.txt", null, "vocab.txt cannot be read")]
    [InlineData("model.safetensors", null, "model.safetensors is missing")]
    [InlineData("config.json", "{", "config.json is not JSON")]
    [InlineData("config.json", """{"model_type":"gpt2"}""", "model_type is gpt2")]
    [InlineData("vocab.txt", "a\nb\n", "lacks [UNK]")]
    [InlineData("model.safetensors", "\u0002\0\0\0\0\0\0\0{}", "lacks embeddings.word_embeddings.weight")]
    [InlineData("model.safetensors", "", "model.safetensors is empty")]
    [InlineData("model.safetensors", "{}", "not a valid safetensors file")]
    [InlineData("config.json", """{"model_type":"\ud800"}""", """model_type is "\ud800", not a text""")]
    [InlineData("config.json", """{"\ud80000_type":1}""", "half of a surrogate pair")]
    [InlineData(
        "tokenizer_config.json", """{"unk_token":{"content":"\udc00"}}""", """unk_token.content is "\udc00", not a""")]
    public async Task An_unusable_checkpoint_is_listed_with_its_error_and_is_not_used(
        string file, string? content, string why)
    {
        using var bert = new ToyBert();
        var path = bert.Write();
        if (content is null) File.Delete(Path.Combine(path, file));
        else File.WriteAllText(Path.Combine(path, file), content);
        Copy(path, folder["models/broken"]);

        var model = Assert.Single(await LookAsync(1));

        Assert.Equal(new ModelFile("broken", ModelKind.Bert, null, null, null, null, model.Error), model);
        Assert.Contains(why, model.Error, StringComparison.Ordinal);
        Assert.Contains($"broken/{file}", model.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(folder["models"], model.Error, StringComparison.Ordinal);
        Assert.Empty(usable);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("vocab.txt")]
    [InlineData("model.safetensors")]
    public async Task A_pipe_or_a_device_in_place_of_a_file_is_refused_without_waiting(string file)
    {
        using var bert = new ToyBert();
        foreach (var name in new[] { "device", "pipe" })
        {
            Copy(bert.Write(), folder[$"models/{name}"]);
            File.Delete(folder[$"models/{name}/{file}"]);
        }
        File.CreateSymbolicLink(folder[$"models/device/{file}"], "/dev/zero");
        MakePipe(folder[$"models/pipe/{file}"]);
        File.CreateSymbolicLink(InVectors("device.txt"), "/dev/zero");
        MakePipe(InVectors("pipe.txt"));

        var models = await LookAsync(4);

        Assert.Equal(["device", "pipe", "device", "pipe"], models.Select(model => model.Name));
        Assert.All(
            models,
            model => Assert.Contains("is empty or is not a regular file", model.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_to_a_regular_file_is_followed()
    {
        using var bert = new ToyBert();
        Copy(bert.Write(), folder["blobs"]);
        Directory.CreateDirectory(folder["models/linked"]);
        foreach (var file in PretrainedBert.FilesIn(folder["blobs"]))
            File.CreateSymbolicLink(folder[$"models/linked/{file}"], $"../../blobs/{file}");

        Assert.Null(Assert.Single(await LookAsync(1)).Error);
    }

    [Fact]
    public async Task A_forgotten_checkpoint_is_read_again_at_the_next_look()
    {
        using var bert = new ToyBert();
        Copy(bert.Write(), folder["models/own"]);
        Copy(bert.Write(), folder["models/stays"]);
        using var checkpoints = new CheckpointFolder(Folders, TimeProvider.System);
        using var inventory = InventoryOf(checkpoints, new TrainerMemory(null));
        await UntilItHasLookedAsync(inventory, 2);
        Assert.Equal(["own", "stays"], inventory.Checkpoints());

        inventory.Forget("own");

        Assert.Equal(["stays"], inventory.Checkpoints());
        Assert.Equal(
            "checkpoint-stays", Path.GetFileName(Assert.Single(Directory.GetFiles(folder["cache/models"])))[..16]);
        Assert.Equal(2, (await LookAsync(2)).Count);
        Assert.Equal(["own", "stays"], usable);
    }

    [Fact]
    public async Task Weights_that_are_cut_off_or_of_another_shape_are_refused()
    {
        using var bert = new ToyBert();
        Copy(bert.Write(), folder["models/cut"]);
        var weights = folder["models/cut/model.safetensors"];
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^4]);
        bert.Tensors["encoder.layer.1.intermediate.dense.weight"] = [8, 12];
        Copy(bert.Write(), folder["models/turned"]);

        var models = await LookAsync(2);

        Assert.Contains("cut off", models[0].Error, StringComparison.Ordinal);
        Assert.Contains(
            "encoder.layer.1.intermediate.dense.weight is [8, 12], not [12, 8]", models[1].Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_error_of_a_damaged_file_has_a_bounded_length_and_no_control_characters()
    {
        using var bert = new ToyBert();
        var path = bert.Write();
        File.WriteAllText(
            Path.Combine(path, "config.json"), $$"""{"model_type":"\u0000\u0007{{new string('x', 5000)}}"}""");
        Copy(path, folder["models/loud"]);

        var error = Assert.Single(await LookAsync(1)).Error!;

        Assert.Equal(1000, error.Length);
        Assert.DoesNotContain(error, char.IsControl);
    }

    [Fact]
    public async Task A_model_that_is_too_large_for_a_trainer_is_listed_and_not_used()
    {
        using var bert = new ToyBert();
        Copy(bert.Write(), folder["models/large"]);

        // The model needs a small part of a MiB, which is rounded to 0.
        var model = Assert.Single(await LookAsync(1, new TrainerMemory(-1)));

        Assert.Equal((8, 2), (model.Dimensions, model.Layers));
        Assert.Contains("too large for this worker", model.Error, StringComparison.Ordinal);
        Assert.Empty(usable);
        Assert.Null(Assert.Single(await LookAsync(1, new TrainerMemory(0))).Error);
    }

    [Fact]
    public void A_trainer_needs_six_numbers_of_four_bytes_for_each_parameter()
    {
        // bert-base: 109,482,240 parameters.
        Assert.Null(new TrainerMemory(2505).TooSmallFor(109_482_240));
        Assert.Contains(
            "at least 2505 MiB, and a trainer has 2504 MiB", new TrainerMemory(2504).TooSmallFor(109_482_240),
            StringComparison.Ordinal);
        Assert.Null(new TrainerMemory(null).TooSmallFor(long.MaxValue / 6));
    }

    [Fact]
    public async Task A_checkpoint_that_is_marked_unusable_is_listed_with_the_reason_and_not_used()
    {
        using var bert = new ToyBert();
        Copy(bert.Write(), folder["models/other"]);

        Assert.Equal("another SHA-256", Assert.Single(await LookAsync(1, unusable: "other")).Error);
        Assert.Empty(usable);
    }

    [Fact]
    public async Task The_description_of_a_file_is_cached_after_the_first_reading()
    {
        File.WriteAllText(InVectors("glove.txt"), Vectors);
        var first = await LookAsync(1);
        var note = Assert.Single(Directory.GetFiles(folder["cache/models"]));
        // Only the cached description has this number.
        File.WriteAllText(
            note, File.ReadAllText(note).Replace("\"parameters\":6", "\"parameters\":7", StringComparison.Ordinal));

        var second = Assert.Single(await LookAsync(1));
        Assert.Equal("glove.txt", Assert.Single(second.Aliases!));
        Assert.Equal(first[0] with { Parameters = 7, Aliases = null }, second with { Aliases = null });
    }

    private string InVectors(string name) => Path.Combine(Directory.CreateDirectory(folder["vectors"]).FullName, name);

    /// <summary>Returns the expected number of models; sets <see cref="usable"/> to the usable checkpoints.</summary>
    private async Task<IReadOnlyList<ModelFile>> LookAsync(
        int expected, TrainerMemory? memory = null, string? unusable = null)
    {
        using var checkpoints = new CheckpointFolder(Folders, TimeProvider.System);
        if (unusable is not null) checkpoints.MarkUnusable(unusable, "another SHA-256");
        using var inventory = InventoryOf(checkpoints, memory ?? new TrainerMemory(null));
        await UntilItHasLookedAsync(inventory, expected);
        usable = inventory.Checkpoints();
        return inventory.Models;
    }

    private PieFolders Folders => new(folder[""], folder["artifacts"], folder["vectors"], folder["models"]);

    private ModelInventory InventoryOf(
        CheckpointFolder checkpoints, TrainerMemory memory, VectorFolder? vectors = null) =>
        new(vectors ?? new VectorFolder(Folders), checkpoints, memory, Folders, TimeProvider.System,
            NullLogger<ModelInventory>.Instance);

    private static async Task UntilItHasLookedAsync(ModelInventory inventory, int expected)
    {
        await inventory.StartAsync(CancellationToken.None);
        await Until.HoldsAsync(() => Task.FromResult(inventory.Models.Count >= expected));
        await inventory.StopAsync(CancellationToken.None);
    }

    private static void MakePipe(string path)
    {
        using var mkfifo = Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        Assert.Equal(0, mkfifo.ExitCode);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static string Sha(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Gzipped(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
