using PieService.Worker.Files;
using PieService.Worker.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Tests.Models;

/// <summary>The forms of a folder that are accepted, and the errors of an unusable folder.</summary>
public sealed class BertFolderTests : IDisposable
{
    private readonly ToyBert bert = new();

    public void Dispose() => bert.Dispose();

    [Fact]
    public void Prefixed_names_and_old_LayerNorm_names_are_read_and_other_heads_are_ignored()
    {
        using var bare = ToyBert.Load(bert.Write());
        var expected = bare.named_parameters()
            .ToDictionary(pair => pair.name, pair => pair.parameter.data<float>().ToArray());
        foreach (var (name, shape) in bert.Tensors.ToList())
        {
            bert.Tensors.Remove(name);
            bert.Tensors.Add(
                "bert." + name.Replace("LayerNorm.weight", "LayerNorm.gamma")
                    .Replace("LayerNorm.bias", "LayerNorm.beta"), shape);
        }
        foreach (var ignored in new[] { "cls.predictions.bias", "classifier.weight", "qa_outputs.bias",
                "bert.embeddings.position_ids" })
            bert.Tensors.Add(ignored, [2]);
        using var prefixed = ToyBert.Load(bert.Write());
        foreach (var (name, parameter) in prefixed.named_parameters())
            Assert.Equal(expected[name], parameter.data<float>().ToArray());
    }

    [Fact]
    public void Missing_tensors_unknown_tensors_and_wrong_shapes_are_all_reported_at_once()
    {
        bert.Tensors.Remove("pooler.dense.bias");
        bert.Tensors.Add("encoder.layer.2.output.dense.bias", [8]);
        bert.Tensors["encoder.layer.1.intermediate.dense.weight"] = [8, 12];
        var message = Refusal();
        Assert.Contains("lacks pooler.dense.bias", message);
        Assert.Contains(
            "has tensors that a BERT of this config.json does not have: encoder.layer.2.output.dense.bias", message);
        Assert.Contains(
            "does not fit config.json: encoder.layer.1.intermediate.dense.weight is [8, 12], not [12, 8]", message);
    }

    [Fact]
    public void A_tensor_under_both_of_its_names_is_refused()
    {
        bert.Tensors.Add("bert.pooler.dense.bias", [8]);
        Assert.Contains("pooler.dense.bias twice", Refusal());
    }

    [Theory]
    [InlineData("model_type", "roberta", "model_type is roberta; only bert")]
    [InlineData("position_embedding_type", "relative_key", "position_embedding_type is relative_key; only absolute")]
    [InlineData("is_decoder", true, "is_decoder is true")]
    [InlineData("hidden_act", "silu", "hidden_act is silu; gelu")]
    [InlineData("hidden_size", null, "hidden_size is missing")]
    [InlineData("hidden_size", 9, "hidden_size is 9, not a multiple of num_attention_heads (2)")]
    [InlineData("num_hidden_layers", -1, "num_hidden_layers is -1, not a whole number")]
    [InlineData(
        "num_hidden_layers", 2_000_000_000, "num_hidden_layers is 2000000000, not a whole number from 1 to 1000")]
    [InlineData("pad_token_id", 99, "pad_token_id is 99, not a whole number from 0 to 15")]
    [InlineData("hidden_dropout_prob", "much", "hidden_dropout_prob is \"much\", not a number")]
    public void A_setting_that_cannot_be_used_is_named(string name, object? value, string expected)
    {
        bert.Config[name] = value;
        var message = Refusal();
        Assert.Contains(expected, message);
        Assert.Contains(BertConfig.FileName, message);
    }

    [Theory]
    [InlineData(BertConfig.FileName)]
    [InlineData(BertWeights.FileName)]
    [InlineData(WordPiece.VocabularyFile)]
    public void A_missing_file_is_named(string file)
    {
        var path = bert.Write();
        File.Delete(Path.Combine(path, file));
        Assert.Contains(file, RefusalOf(path));
    }

    [Theory]
    [InlineData(BertConfig.FileName)]
    [InlineData(BertWeights.FileName)]
    [InlineData(WordPiece.SettingsFile)]
    public void A_damaged_file_is_named(string file)
    {
        var path = bert.Write();
        File.WriteAllText(Path.Combine(path, file), "half of a f");
        Assert.Contains(file, RefusalOf(path));
    }

    [Fact]
    public void A_vocabulary_that_lacks_a_special_token_repeats_a_token_or_is_too_long_is_refused()
    {
        bert.Vocabulary[3] = "separator";
        Assert.Contains("lacks [SEP], the sep_token", Refusal());
        bert.Vocabulary[3] = "[CLS]";
        Assert.Contains("[CLS] twice, in lines 3 and 4", Refusal());
        bert.Vocabulary[3] = "[SEP]";
        bert.Vocabulary.Add("one more");
        Assert.Contains("tokens after line 16, the vocab_size", Refusal());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_tensor_with_weights_that_are_not_finite_is_named(float none)
    {
        var path = bert.Write();
        var (file, spoiled) = (Path.Combine(path, BertWeights.FileName), new SafeTensors());
        var whole = SafeTensors.Read(file);
        foreach (var name in whole.Names) spoiled.Add(name, whole.Get<float>(name), [.. whole.Shape(name)]);
        spoiled.Get<float>("encoder.layer.1.output.dense.weight")[^1] = none;
        spoiled.Write(file);

        Assert.Contains("encoder.layer.1.output.dense.weight holds NaN or an infinite value", RefusalOf(path));
    }

    private string Refusal() => RefusalOf(bert.Write());

    [Fact]
    public void A_read_error_may_be_temporary_and_a_missing_file_is_not()
    {
        var path = bert.Write();
        var vocabulary = Path.Combine(path, WordPiece.VocabularyFile);
        File.Delete(vocabulary);
        Assert.False(Assert.Throws<UnusableModelException>(() => PretrainedBert.Read(path)).MayPass);

        // A link to itself causes a read error, like that of a disk.
        File.CreateSymbolicLink(vocabulary, WordPiece.VocabularyFile);
        var refused = Assert.Throws<UnusableModelException>(() => PretrainedBert.Read(path));
        Assert.True(refused.MayPass);
        Assert.StartsWith(
            $"{Path.GetFileName(path)}/{WordPiece.VocabularyFile} cannot be read: ", refused.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain(path, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The message is shown to clients, so it must not contain the path of the folder.</summary>
    private static string RefusalOf(string path)
    {
        var message = Assert.Throws<UnusableModelException>(() =>
        {
            ToyBert.TokensOf(path);
            ToyBert.Load(path).Dispose();
        }).Message;
        Assert.DoesNotContain(path, message, StringComparison.Ordinal);
        return message;
    }
}
