using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Models;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Runs;

public sealed class ModelExportTests : IDisposable
{
    private static readonly string[] Labels = ["no", "maybe", "yes"];

    private readonly TemporaryFolder folder = new();

    public ModelExportTests() => Toy.Dataset().Save(folder["tokens"]);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(Method.Dense)]
    [InlineData(Method.Imp)]
    [InlineData(Method.IibpWr)]
    [InlineData(Method.RpAi)]
    public void A_model_with_the_parameters_of_the_file_gives_the_predictions_of_the_run(Method method)
    {
        var recipe = Toy.Recipe(method);
        var result = Train(recipe);
        var file = SafeTensors.Read(result.Model!.Path);

        var dataset = TokenisedDataset.Load(folder["tokens"]);
        using var model = Classifiers.Create(recipe, new(recipe, dataset, Vectors: null, Pretrained: null), CPU);
        using var parameters = new ParameterBuffer(model);
        parameters.SetValues(
            parameters.Segments.ToDictionary(segment => segment.Name, segment => file.Get<float>(segment.Name)));
        var again = Evaluation.Run(
            model, dataset.Split("test").Truncated(recipe.Hyperparameters.MaxLength),
            new Heartbeat(() => { }, CancellationToken.None)).Pack(threshold: null);

        // The same code computes the same numbers on the same machine, so the bits are equal.
        Assert.Equal(result.Predictions[0].Classes, again.Classes);
        Assert.Equal(result.Predictions[0].Scores, again.Scores);
    }

    [Theory]
    [InlineData(Method.Dense)]
    [InlineData(Method.Imp)]
    public void A_kept_model_repeats_the_predictions_made_after_its_training(Method method)
    {
        var trained = Train(Toy.Recipe(method));

        var again = PredictAgain(Toy.Recipe(method), new(trained.Model!.Path, trained.Model.Sha256));

        Assert.Equal(trained.Predictions[0].Classes, again.Predictions[0].Classes);
        Assert.Equal(trained.Predictions[0].Scores, again.Predictions[0].Scores);
        Assert.Equal(trained.Tensors, again.Tensors);
        Assert.Null(again.Model);
    }

    [Fact]
    public void A_multi_label_model_predicts_again_with_a_newly_tuned_threshold()
    {
        Toy.MultiLabel().Save(folder["tokens"]);
        var recipe = Toy.Recipe(Method.Dense);
        var trained = Train(recipe);

        var again = PredictAgain(recipe, new(trained.Model!.Path, trained.Model.Sha256));

        Assert.NotNull(again.Predictions[0].Metric.Threshold);
        Assert.Equal(trained.Predictions[0].Metric.Threshold, again.Predictions[0].Metric.Threshold);
        Assert.Equal(trained.Predictions[0].Classes, again.Predictions[0].Classes);
    }

    [Fact]
    public void A_file_that_differs_from_the_kept_model_is_refused()
    {
        var trained = Train(Toy.Recipe(Method.Dense));

        var refused = Assert.Throws<UntrainableException>(
            () => PredictAgain(Toy.Recipe(Method.Dense), new(trained.Model!.Path, new string('0', 64))));

        Assert.Contains("SHA-256", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("the earlier predictions remain.", refused.Message, StringComparison.Ordinal);
    }

    private TrainingResult PredictAgain(Recipe recipe, TrainedFile model) => new RunPrediction(Toy.Cpu).Execute(
        new(Guid.NewGuid(), recipe, 0, folder["tokens"], null, folder["again"], null, null, ["test"], Trained: model),
        new(_ => Assert.Fail("an epoch was trained"), warning => Assert.Fail(warning),
            new Heartbeat(() => { }, CancellationToken.None)));

    [Theory]
    [InlineData(Method.Dense)]
    [InlineData(Method.Imp)]
    [InlineData(Method.IrpWr)]
    public void Masks_mark_the_pruned_weights_and_pruned_weights_are_zero(Method method)
    {
        var result = Train(Toy.Recipe(method));
        var file = SafeTensors.Read(result.Model!.Path);

        Assert.Equal(10, result.Tensors.Count);
        foreach (var tensor in result.Tensors)
        {
            var (weights, mask) = (file.Get<float>(tensor.Name), file.Get<byte>($"mask.{tensor.Name}"));
            Assert.Equal(file.Shape(tensor.Name), file.Shape($"mask.{tensor.Name}"));
            Assert.Equal(tensor.Kept, mask.Count(kept => kept == 1));
            Assert.Equal(tensor.Size - tensor.Kept, mask.Count(kept => kept == 0));
            Assert.All(weights.Zip(mask).Where(pair => pair.Second == 0), pair => Assert.Equal(0, pair.First));
        }
        var achieved = double.Parse(
            file.RequireMetadata("achievedSparsity"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            100.0 * result.Tensors.Sum(tensor => tensor.Size - tensor.Kept) / result.Tensors.Sum(tensor => tensor.Size),
            achieved);
    }

    [Fact]
    public void The_file_has_the_published_names_and_describes_the_model_in_its_metadata()
    {
        var recipe = Toy.Recipe(Method.Imp, sparsity: 87.5m);
        var model = Train(recipe, seed: 3).Model!;
        var file = SafeTensors.Read(model.Path);

        string[] lstm = [.. from layer in new[] { "l0", "l0_reverse", "l1", "l1_reverse" }
                            from kind in new[] { "weight_ih", "weight_hh", "bias_ih", "bias_hh" }
                            select $"lstm.{kind}_{layer}"];
        string[] parameters = [.. lstm, "l1.weight", "l1.bias", "l2.weight", "l2.bias", "fc.weight", "fc.bias",
            "embedding.weight"];
        string[] masks = [
            .. parameters.Where(
                name => name.Contains("weight", StringComparison.Ordinal)
                    && name is not ("fc.weight" or "embedding.weight")).Select(name => $"mask.{name}")];
        Assert.Equal(
            parameters.Concat(masks).Append("vocabulary").Order(StringComparer.Ordinal),
            file.Names.Order(StringComparer.Ordinal));
        Assert.Equal([24, 8], file.Shape("lstm.weight_ih_l0_reverse"));
        Assert.Equal(("pie-model/1", "3", "IMP", "87.5", "sound", "BiLSTM", "basic_english"), (
            file.Metadata["format"], file.Metadata["seed"], file.Metadata["method"], file.Metadata["sparsity"],
            file.Metadata["protocol"],
            file.Metadata["architecture"], file.Metadata["tokenizer"]));
        Assert.Equal(Labels, JsonNode.Parse(file.Metadata["labels"])!.AsArray().Select(label => (string?)label));
        Assert.Equal(
            RecipeFingerprint.Of(recipe), RecipeFingerprint.Of(Domain.Json.Read<Recipe>(file.Metadata["recipe"])));
        Assert.Equal(
            (new FileInfo(model.Path).Length, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(model.Path)))),
            (model.Bytes, model.Sha256));
        Assert.Equal([model.Path], Directory.GetFiles(folder["models"]));
    }

    [Fact]
    public void Each_row_of_a_trained_embedding_has_its_word()
    {
        var recipe = Toy.Recipe(Method.Dense);
        var file = SafeTensors.Read(Train(recipe).Model!.Path);
        var words = Encoding.UTF8.GetString(file.Get<byte>("vocabulary")).Split('\n');
        var dataset = TokenisedDataset.Load(folder["tokens"]);
        var rows = InputVectors.Trained(dataset, recipe.Hyperparameters.MaxLength, 8).RowOfWord;

        Assert.Equal(file.Shape("embedding.weight")[0], words.Length);
        Assert.Equal(["[PAD]", "[UNK]"], words[..2]);
        Assert.All(
            rows.Index().Where(word => word.Item > 1),
            word => Assert.Equal(dataset.Vocabulary[word.Index], words[word.Item]));
    }

    [Fact]
    public void The_file_of_a_model_with_given_vectors_names_the_vectors_and_has_no_vocabulary()
    {
        var dataset = TokenisedDataset.Load(folder["tokens"]);
        File.WriteAllLines(folder["glove"], dataset.Vocabulary.Select((word, i) => $"{word} 0.{i} -0.5"));
        var vectors = WordVectors.Reduce(folder["glove"], "toy", dataset);
        vectors.Save(folder["vectors"]);

        var file = SafeTensors.Read(
            Train(Toy.Recipe(Method.Dense, vectors: "toy"), vectors: folder["vectors"]).Model!.Path);

        Assert.Equal(("toy", vectors.SourceSha256), (file.Metadata["vectors"], file.Metadata["vectorsSha256"]));
        Assert.DoesNotContain(file.Names, name => name is "vocabulary" or "embedding.weight");
    }

    [Fact]
    public void A_run_whose_model_cannot_be_written_fails_with_the_reason()
    {
        File.WriteAllText(folder["models"], "a file in the way");
        Assert.Contains(
            "PIE_ARTIFACTS", Assert.Throws<IOException>(() => Train(Toy.Recipe(Method.Dense))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_target_no_model_is_kept()
    {
        Assert.Null(new RunTraining(Toy.Cpu).Execute(Assignment(Toy.Recipe(Method.Dense), 7, null) with
        {
            Keep = null,
        }, Silent).Model);
        Assert.False(Directory.Exists(folder["models"]));
    }

    private TrainingResult Train(Recipe recipe, int seed = 7, string? vectors = null) =>
        new RunTraining(Toy.Cpu).Execute(Assignment(recipe, seed, vectors), Silent);

    private TrainingAssignment Assignment(Recipe recipe, int seed, string? vectors) => new(
        Guid.Empty, recipe, seed, folder["tokens"], vectors, folder["attempt"], null, null, ["test"],
        new KeptModelTarget(Path.Combine(folder["models"], "model.safetensors"), Labels, "test"));

    private static TrainingListener Silent => new(_ => { }, _ => { }, new Heartbeat(() => { }, CancellationToken.None));
}
