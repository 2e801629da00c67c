using PieService.Worker.Models;

namespace PieService.Worker.Tests.Models;

public sealed class PretrainedBertTests : IDisposable
{
    private readonly ToyBert bert = new(layers: 3);

    public void Dispose() => bert.Dispose();

    /// <summary>The folder is checked without torch, so the expected shapes must be those of the model.</summary>
    [Fact]
    public void The_shapes_that_a_folder_is_checked_against_are_those_of_the_model()
    {
        var path = bert.Write();
        using var model = ToyBert.Load(path);

        Assert.Equal(
            model.named_parameters().Where(pair => pair.name.StartsWith("bert.", StringComparison.Ordinal))
                .Select(pair => (pair.name, string.Join('x', pair.parameter.shape))).Order(),
            PretrainedBert.Shapes(BertConfig.Read(path))
                .Select(tensor => ($"bert.{tensor.Name}", string.Join('x', tensor.Shape))).Order());
        Assert.Equal(
            BertConfig.Read(path).Parameters,
            PretrainedBert.Shapes(BertConfig.Read(path)).Sum(tensor => tensor.Shape.Aggregate(1L, (a, b) => a * b)));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer_config.json")]
    [InlineData("vocab.txt")]
    public void A_change_of_any_file_of_the_model_changes_the_hash(string file)
    {
        var path = bert.Write();
        var before = Hash();
        switch (file)
        {
            case "config.json": bert.Config["hidden_dropout_prob"] = 0.2; break;
            case "tokenizer_config.json": bert.Tokenizer["do_lower_case"] = false; break;
            case "vocab.txt":
                (bert.Vocabulary[12], bert.Vocabulary[13]) =
                (bert.Vocabulary[13], bert.Vocabulary[12]); break;
            default: bert.Tensors.Add("cls.predictions.bias", [2]); break;
        }
        bert.Write();

        Assert.NotEqual(before, Hash());
        Assert.Equal(64, before.Length);

        string Hash() => PretrainedBert.Read(path).Sha256;
    }
}
