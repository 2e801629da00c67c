using System.Text.Json;
using PieService.Worker.Files;
using PieService.Worker.Models;

namespace PieService.Worker.Tests.Models;

/// <summary>Weights in several files, without a pooler, or in a file that is not read.</summary>
public sealed class BertWeightFilesTests : IDisposable
{
    private const string First = "model-00001-of-00002.safetensors", Second = "model-00002-of-00002.safetensors";

    private readonly ToyBert bert = new();

    public void Dispose() => bert.Dispose();

    [Fact]
    public void Shards_are_read_like_one_file_and_decide_the_hash()
    {
        var path = bert.Write();
        using var expected = ToyBert.Load(path);
        Shard(path);

        using var model = ToyBert.Load(path);

        Assert.All(
            expected.named_parameters().Zip(model.named_parameters()),
            pair => Assert.Equal(
                pair.First.parameter.data<float>().ToArray(), pair.Second.parameter.data<float>().ToArray()));
        Assert.Equal(
            ["config.json", First, Second, WeightFiles.Index, "tokenizer_config.json", "vocab.txt"],
            PretrainedBert.FilesIn(path));
        var before = PretrainedBert.Read(path);
        before.RequireWeights();
        Assert.True(before.HasPooler);
        Rewrite(Path.Combine(path, Second), tensors => tensors[0].Values[0]++);
        Assert.NotEqual(before.Sha256, PretrainedBert.Read(path).Sha256);
    }

    [Fact]
    public void One_file_takes_precedence_over_shards()
    {
        var path = bert.Write();
        File.WriteAllText(Path.Combine(path, WeightFiles.Index), "{}");
        PretrainedBert.Read(path).RequireWeights();
        Assert.DoesNotContain(WeightFiles.Index, PretrainedBert.FilesIn(path));
    }

    [Fact]
    public void A_shard_that_is_missing_is_named()
    {
        var path = bert.Write();
        Shard(path);
        File.Delete(Path.Combine(path, Second));
        AssertRefused(path, $"{Second}, which {WeightFiles.Index} names, is missing; get the file again");
    }

    [Fact]
    public void A_shard_that_is_cut_off_or_a_pointer_is_named()
    {
        var path = bert.Write();
        Shard(path);
        using (var file = File.OpenWrite(Path.Combine(path, Second))) file.SetLength(file.Length - 5);
        AssertRefused(path, $"{Second} is not a valid safetensors file");
        File.WriteAllText(Path.Combine(path, Second), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        AssertRefused(path, $"{Second} is a pointer of Git LFS, not the file itself: run `git lfs pull`");
    }

    [Fact]
    public void A_tensor_in_another_shard_than_the_index_states_is_named()
    {
        var path = bert.Write();
        var map = Shard(path);
        map["pooler.dense.bias"] = First;
        WriteIndex(path, map);
        AssertRefused(path, $"{First} lacks the tensor pooler.dense.bias, which it has by {WeightFiles.Index}");
        map.Remove("pooler.dense.bias");
        WriteIndex(path, map);
        AssertRefused(path, $"{Second} has the tensor pooler.dense.bias, which it does not have by");
    }

    [Theory]
    [InlineData("../other/model.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("..\\model.safetensors")]
    [InlineData(".hidden.safetensors")]
    [InlineData("pytorch_model.bin")]
    [InlineData("")]
    public void A_shard_must_be_a_safetensors_file_of_the_folder(string shard)
    {
        var path = bert.Write();
        var map = Shard(path);
        map["pooler.dense.bias"] = shard;
        WriteIndex(path, map);
        AssertRefused(path, $"weight_map.pooler.dense.bias is '{shard}', not the name of a safetensors file");
        Assert.DoesNotContain(shard, PretrainedBert.FilesIn(path));
    }

    [Theory]
    [InlineData("{}", "weight_map is missing")]
    [InlineData("""{"weight_map":{}}""", "weight_map has no tensors")]
    [InlineData("""{"weight_map":[]}""", "weight_map is not an object")]
    [InlineData("[]", "is not a JSON object")]
    public void An_index_that_is_malformed_is_refused(string index, string reason)
    {
        var path = bert.Write();
        Shard(path);
        File.WriteAllText(Path.Combine(path, WeightFiles.Index), index);
        AssertRefused(path, reason);
    }

    [Fact]
    public void A_missing_pooler_is_drawn_from_the_seed_and_changes_no_other_draw()
    {
        using var whole = ToyBert.Load(bert.Write());
        bert.Tensors.Remove("pooler.dense.weight");
        bert.Tensors.Remove("pooler.dense.bias");
        var path = bert.Write();
        var pretrained = PretrainedBert.Read(path);
        pretrained.RequireWeights();
        Assert.False(pretrained.HasPooler);
        Assert.Contains(
            "lacks pooler.dense.weight", Assert.Throws<UnusableModelException>(() => ToyBert.Load(path)).Message,
            StringComparison.Ordinal);

        var drawn = Enumerable.Range(0, 100).Select(seed => Drawn(path, seed)).ToList();

        Assert.Equal(drawn[3], Drawn(path, 3));
        Assert.All(drawn, pooler => Assert.Equal(new float[8], pooler["bert.pooler.dense.bias"]));
        // 6,400 numbers of a normal distribution: three standard errors are 0.00075 for the mean, and 0.00053 for the
        // standard deviation.
        var weights = drawn.SelectMany(pooler => pooler["bert.pooler.dense.weight"]).Select(value => (double)value)
            .ToList();
        Assert.Equal(6400, weights.Distinct().Count());
        Assert.Equal(0, weights.Average(), 0.00075);
        Assert.Equal(0.02, Math.Sqrt(weights.Average(value => value * value)), 0.00053);
        Assert.Equal(0.6827, weights.Count(value => Math.Abs(value) < 0.02) / 6400.0, 0.0175);
        foreach (var (name, parameter) in whole.named_parameters())
        {
            if (name.StartsWith("linear.", StringComparison.Ordinal))
                Assert.Equal(parameter.data<float>().ToArray(), drawn[3][name]);
        }
    }

    [Theory]
    [InlineData("pytorch_model.bin", "torch.load(\"pytorch_model.bin\", map_location")]
    [InlineData("pytorch_model-00001-of-00002.bin", "torch.load(\"pytorch_model-00001-of-00002.bin\"")]
    [InlineData("tf_model.h5", "the folder has tf_model.h5, which is not read")]
    [InlineData("flax_model.msgpack", "the folder has flax_model.msgpack, which is not read")]
    public void Weights_in_another_format_are_named_with_what_to_do(string file, string reason)
    {
        var path = bert.Write();
        File.Move(Path.Combine(path, WeightFiles.Single), Path.Combine(path, file));
        AssertRefused(path, reason);
        AssertRefused(path, "model.safetensors is missing");
    }

    [Fact]
    public void A_pointer_in_place_of_the_weights_is_named()
    {
        var path = bert.Write();
        File.WriteAllText(Path.Combine(path, WeightFiles.Single), "version https://git-lfs.github.com/spec/v1\n");
        AssertRefused(path, "model.safetensors is a pointer of Git LFS, not the file itself: run `git lfs pull`");
    }

    private static Dictionary<string, float[]> Drawn(string path, long seed)
    {
        var weights = BertWeights.Load(path);
        weights.DrawMissingPooler(BertConfig.Read(path), seed);
        TorchSharp.torch.manual_seed(3);
        using var model = new BertClassifier(
            BertConfig.Read(path), weights, 3, Domain.Recipes.Protocol.Sound, TorchSharp.torch.CPU);
        return model.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.data<float>().ToArray());
    }

    /// <summary>Replaces the weights by two shards and their index, and returns the index.</summary>
    private static Dictionary<string, string> Shard(string path)
    {
        var whole = SafeTensors.Read(Path.Combine(path, WeightFiles.Single));
        var map = whole.Names.ToDictionary(
            name => name, name => name.StartsWith("embeddings", StringComparison.Ordinal) ? First : Second);
        foreach (var shard in map.GroupBy(pair => pair.Value))
        {
            var file = new SafeTensors();
            foreach (var (name, _) in shard) file.Add(name, whole.Get<float>(name), [.. whole.Shape(name)]);
            file.Write(Path.Combine(path, shard.Key));
        }
        File.Delete(Path.Combine(path, WeightFiles.Single));
        WriteIndex(path, map);
        return map;
    }

    private static void WriteIndex(string path, Dictionary<string, string> map) => File.WriteAllText(
        Path.Combine(path, WeightFiles.Index),
        JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map }));

    private static void Rewrite(string path, Action<IReadOnlyList<(string Name, float[] Values)>> change)
    {
        var (read, file) = (SafeTensors.Read(path), new SafeTensors());
        var tensors = read.Names.Select(name => (name, read.Get<float>(name))).ToList();
        change(tensors);
        foreach (var (name, values) in tensors) file.Add(name, values, [.. read.Shape(name)]);
        file.Write(path);
    }

    /// <summary>Both the check of the folder and the reading of the weights refuse it.</summary>
    private static void AssertRefused(string path, string reason)
    {
        foreach (var read in new Action[]
                 {
                     () => PretrainedBert.Read(path).RequireWeights(), () => ToyBert.Load(path).Dispose(),
                 })
        {
            var message = Assert.Throws<UnusableModelException>(read).Message;
            Assert.Contains(reason, message, StringComparison.Ordinal);
            Assert.DoesNotContain(path, message, StringComparison.Ordinal);
        }
    }
}
