using System.Security.Cryptography;
using System.Text;
using PieService.Domain;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Models;
using PieService.Worker.Pruning;
using PieService.Worker.Runs;
using PieService.Worker.Tests.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Runs;

/// <summary>Small trainings of a BERT with dropout, from the files of an assignment to its predictions.</summary>
public sealed class BertTrainingTests : IDisposable
{
    private const int MaxLength = 9;

    private readonly TemporaryFolder folder = new();
    private readonly ToyBert bert = new();
    private readonly List<string> warnings = [];
    private readonly string pretrained;
    private int attempts;

    public BertTrainingTests() => Tokenise(pretrained = bert.Write());

    public void Dispose()
    {
        bert.Dispose();
        folder.Dispose();
    }

    [Theory]
    [Trait("Duration", "Long")]
    [InlineData(1)]
    [InlineData(2)]
    public void A_run_repeats_bit_for_bit_and_another_seed_differs(int threads)
    {
        var recipe = Recipe(Method.IibpWr);
        var first = Hash(Train(recipe, threads: threads));
        Assert.Equal(first, Hash(Train(recipe, threads: threads)));
        Assert.NotEqual(first, Hash(Train(recipe, seed: 8, threads: threads)));
    }

    [Fact]
    public void A_training_in_bf16_repeats_bit_for_bit_and_differs_from_one_in_float32()
    {
        var recipe = Recipe(Method.Imp);
        var inBf16 = recipe with { Hyperparameters = recipe.Hyperparameters with { Precision = Precision.Bf16 } };
        var checkpoints = new List<CheckpointFile>();
        var whole = Train(inBf16, epoch: epoch => checkpoints.Add(Kept(epoch.Checkpoint!)));

        Assert.Equal(Hash(whole), Hash(Train(inBf16, resume: checkpoints[2])));
        Assert.Empty(warnings);
        var exact = Train(recipe);
        Assert.NotEqual(Hash(whole), Hash(exact));
        Assert.StartsWith($"{exact.CpuCapability}, bf16", whole.CpuCapability, StringComparison.Ordinal);
    }

    /// <summary>
    /// Dropout, impact samples and rewinding depend on the seed, not on the random numbers before the stop.
    /// </summary>
    [Theory]
    [Trait("Duration", "Long")]
    [InlineData(Method.Dense, Protocol.Sound)]
    [InlineData(Method.ImpWr, Protocol.Sound)]
    [InlineData(Method.Iibp, Protocol.Paper)]
    [InlineData(Method.IibpWr, Protocol.Sound)]
    [InlineData(Method.RpAi, Protocol.Sound)]
    public void A_training_resumed_after_any_epoch_gives_the_same_result_bit_for_bit(Method method, Protocol protocol)
    {
        var recipe = Recipe(method) with { Protocol = protocol };
        var checkpoints = new List<CheckpointFile>();
        var whole = Hash(Train(recipe, epoch: epoch => checkpoints.Add(Kept(epoch.Checkpoint!))));

        Assert.Equal(recipe.Plan.TotalEpochs, checkpoints.Count);
        Assert.All(checkpoints, checkpoint => Assert.Equal(whole, Hash(Train(recipe, resume: checkpoint))));
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_branch_from_the_end_of_the_dense_run_equals_the_training_from_the_beginning()
    {
        CheckpointFile? trunk = null;
        Train(Recipe(Method.Dense), epoch: epoch => trunk = epoch.Checkpoint);
        Assert.Equal(Hash(Train(Recipe(Method.Imp))), Hash(Train(Recipe(Method.Imp), trunk: trunk)));
        Assert.Empty(warnings);
    }

    /// <summary>Rewinding restores the pretrained weights and the classifier of the seed.</summary>
    [Fact]
    public void Rewinding_restores_the_pretrained_weights_and_the_initial_classifier_of_the_seed()
    {
        using var scope = NewDisposeScope();
        using var model = ToyBert.Load(pretrained);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, 0.01);
        var (file, initial) =
            (SafeTensors.Read(Path.Combine(pretrained, BertWeights.FileName)), parameters.CopyValues());
        var pruner = new Pruner(
            Recipe(Method.ImpWr), 7, parameters, optimizer,
            new(model, parameters, Inputs().Split("train"), Protocol.Sound, _ => [0], _ => 0),
            new(new(model, parameters, Heartbeat.None), parameters, Inputs().Split("test")));
        parameters.SetValues(Array.ConvertAll(initial, value => value * 2));

        pruner.BeforeEpoch(Recipe(Method.ImpWr).Plan.PruneAfter[0]);

        var after = parameters.CopyValues();
        foreach (var segment in parameters.Segments)
        {
            var source = segment.Name.StartsWith("bert.", StringComparison.Ordinal)
                ? file.Get<float>(segment.Name["bert.".Length..])
                : initial[segment.Offset..(segment.Offset + segment.Size)];
            for (var i = 0; i < segment.Size; i++)
                Assert.Equal(
                    segment.IsPrunable && !parameters.Masks[segment.Name].Keeps(i) ? 0 : source[i],
                    after[segment.Offset + i]);
        }
        Assert.Contains(parameters.Masks.Values, mask => mask.Pruned > 0);
    }

    /// <summary>Dropout has probability 0; only protocol paper scores with dropout.</summary>
    [Fact]
    public void The_impact_gradient_has_dropout_in_protocol_paper_only()
    {
        using var scope = NewDisposeScope();
        using var model = ToyBert.Load(pretrained);
        using var parameters = new ParameterBuffer(model);
        var train = Inputs().Split("train");
        int[] sample = [.. Enumerable.Range(0, 10)];

        Assert.Equal(Gradient(Protocol.Sound, seed: 1), Gradient(Protocol.Sound, seed: 2));
        Assert.Equal(Gradient(Protocol.Paper, seed: 1), Gradient(Protocol.Paper, seed: 1));
        Assert.NotEqual(Gradient(Protocol.Paper, seed: 1), Gradient(Protocol.Paper, seed: 2));
        Assert.NotEqual(Gradient(Protocol.Paper, seed: 1), Gradient(Protocol.Sound, seed: 1));
        Assert.True(model.DropsOut);

        float[] Gradient(Protocol protocol, long seed) =>
            new ImpactGradient(model, parameters, train, protocol, _ => sample, _ => seed).Of(step: 1);
    }

    [Theory]
    [InlineData(Method.Imp, PruningScope.LayerWise)]
    [InlineData(Method.IbpAi, PruningScope.Global)]
    public void Every_sparsity_is_reached_exactly_without_the_LayerNorms(Method method, PruningScope scope)
    {
        var tensors = Train(Recipe(method) with { Sparsity = 62.5m, Scope = scope }).Tensors;
        Assert.Equal((6 * 2) + 1, tensors.Count);
        var (size, kept) = (tensors.Sum(tensor => tensor.Size), tensors.Sum(tensor => tensor.Kept));
        Assert.Equal(size - (int)(size * 0.625m), kept);
    }

    [Fact]
    public void Training_learns_to_separate_the_classes()
    {
        var recipe = Recipe(
            Method.Dense) with
        { Hyperparameters = Recipe(Method.Dense).Hyperparameters with { Epochs = 30 } };
        var metric = new RunTraining(Toy.Cpu)
            .Execute(Assignment(recipe, 7) with { PredictSplits = ["train"] }, Listener(null)).Predictions[0].Metric;
        // Chance is a third of the 90 examples, with a deviation of 5 %. A model that was not pretrained on language
        // learns little more.
        Assert.True(metric.Scores.Accuracy > 0.55, $"accuracy is {metric.Scores.Accuracy}");
    }

    [Fact]
    public void A_checkpoint_of_other_pretrained_weights_is_not_used()
    {
        CheckpointFile? last = null;
        Train(Recipe(Method.Dense), epoch: epoch => last = epoch.Checkpoint);
        // the same settings in a different file
        File.AppendAllText(Path.Combine(pretrained, BertConfig.FileName), " ");
        Train(Recipe(Method.Dense), resume: last);
        Assert.Contains("pretrained", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kept_model_can_be_loaded_as_a_pretrained_model()
    {
        var recipe = Recipe(Method.Imp);
        var assignment = Assignment(recipe, 7) with { Keep = new(folder["kept.safetensors"], ["a", "b", "c"], "test") };
        var result = new RunTraining(Toy.Cpu).Execute(assignment, Listener(null));
        var file = SafeTensors.Read(result.Model!.Path);

        // As in docs/formats.md: the folder has the file and the other files that are in its metadata.
        Directory.CreateDirectory(folder["again"]);
        File.Copy(result.Model.Path, folder["again/model.safetensors"]);
        foreach (var name in new[] { "config.json", "tokenizer_config.json" })
            File.WriteAllText(folder["again/" + name], file.Metadata[name]);
        File.WriteAllBytes(folder["again/vocab.txt"], file.Get<byte>("vocabulary"));
        using var model = new BertClassifier(
            BertConfig.Read(folder["again"]), BertWeights.Load(folder["again"]), 3, Protocol.Sound, CPU);
        using var parameters = new ParameterBuffer(model);
        var values = parameters.CopyValues();
        foreach (var part in new[] { "weight", "bias" })
            file.Get<float>("classifier." + part)
                .CopyTo(values, parameters.Segments.Single(segment => segment.Name == "linear." + part).Offset);
        parameters.SetValues(values);

        var again = Evaluation.Run(model, Inputs().Split("test"), Heartbeat.None).Pack(threshold: null);
        // The same code computes the same numbers on the same machine, so the bits are equal.
        Assert.Equal(result.Predictions[0].Scores, again.Scores);
        Assert.Equal(
            ("WordPiece", "toy", result.PretrainedSha256),
            (file.Metadata["tokenizer"], file.Metadata["checkpoint"], file.Metadata["checkpointSha256"]));

        // This hash is defined in docs/formats.md too.
        var words = File.ReadAllLines(folder["again/vocab.txt"]).Select(Encoding.UTF8.GetBytes).ToList();
        var hashed = words.SelectMany(word => word).ToList();
        var offset = 0L;
        foreach (var end in words.Select(word => offset += word.Length).Prepend(0))
            hashed.AddRange(BitConverter.GetBytes(end));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([.. hashed])), file.Metadata["vocabularySha256"]);
    }

    [Fact]
    public void A_checkpoint_without_a_pooler_is_trained_with_one_of_the_seed_and_the_run_states_it()
    {
        Assert.Equal(false, Train(Recipe(Method.Dense)).PoolerDrawn);
        Assert.Empty(warnings);
        bert.Tensors.Remove("pooler.dense.weight");
        bert.Tensors.Remove("pooler.dense.bias");
        bert.Write();

        var first = Train(Recipe(Method.Dense));

        Assert.Equal(true, first.PoolerDrawn);
        Assert.Contains(
            "has no pooler, so it is drawn from the seed", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(Hash(first), Hash(Train(Recipe(Method.Dense))));
    }

    [Theory]
    [InlineData(Protocol.Sound, "token type")]
    [InlineData(Protocol.Paper, null)]
    public void Pairs_need_two_token_types_in_protocol_sound(Protocol protocol, string? refusal)
    {
        bert.Config["type_vocab_size"] = 1;
        bert.Tensors["embeddings.token_type_embeddings.weight"] = [1, 8];
        bert.Write();
        AssertRefused(Recipe(Method.Dense) with { Protocol = protocol }, refusal);
    }

    [Theory]
    [InlineData(10, null)]
    [InlineData(11, "maxLength is 11")]
    public void The_maximum_length_is_limited_by_the_positions_of_the_checkpoint(int maxLength, string? refusal) =>
        AssertRefused(Recipe(Method.Dense) with
        {
            Hyperparameters = Recipe(Method.Dense).Hyperparameters with { MaxLength = maxLength },
        }, refusal);

    [Theory]
    [InlineData(WordPiece.VocabularyFile)]
    [InlineData(BertConfig.FileName)]
    [InlineData(BertWeights.FileName)]
    public void A_missing_file_of_the_checkpoint_is_named(string file)
    {
        File.Delete(Path.Combine(pretrained, file));
        AssertUnusable(file);
    }

    [Fact]
    public void A_damaged_file_of_the_checkpoint_is_named()
    {
        using (var file = File.OpenWrite(Path.Combine(pretrained, BertWeights.FileName)))
            file.SetLength(file.Length - 5);
        AssertUnusable(BertWeights.FileName);
    }

    [Fact]
    public void Pieces_of_another_tokenizer_are_refused()
    {
        bert.Tokenizer["do_lower_case"] = false;
        bert.Write();
        Assert.Throws<InvalidDataException>(() => Train(Recipe(Method.Dense)));
    }

    private void AssertUnusable(string file) =>
        Assert.Contains(
            file, Assert.Throws<UnusableModelException>(() => Train(Recipe(Method.Dense))).Message,
            StringComparison.Ordinal);

    private void AssertRefused(Recipe recipe, string? refusal)
    {
        if (refusal is null) Train(recipe);
        else Assert.Contains(
            refusal, Assert.Throws<UntrainableException>(() => Train(recipe)).Message, StringComparison.Ordinal);
    }

    /// <summary>Each class has a word of its own in the last text of an example; two thirds are pairs.</summary>
    private void Tokenise(string model)
    {
        string[] own = ["cafe", "+", "!"], shared = ["a", "b", "ab", "un", "$"];
        var (builder, chance) =
            (new TokenisedDatasetBuilder(Toy.DatasetHash, 3, ToyBert.TokensOf(model)), KeyedRandom.For("toy pairs"));
        foreach (var (split, count) in new[] { ("train", 90), ("validation", 15), ("test", 30) })
        {
            for (var i = 0; i < count; i++)
            {
                var text = string.Join(
                    ' ', Enumerable.Range(0, chance.NextInt(4)).Select(_ => shared[chance.NextInt(shared.Length)]));
                var telling = $"{own[i % 3]} {shared[chance.NextInt(shared.Length)]}";
                if (chance.NextInt(3) == 0) builder.Add(split, telling, null, i % 3);
                else builder.Add(split, text, telling, i % 3);
            }
        }
        builder.Build().Save(folder["tokens"]);
    }

    private static Recipe Recipe(Method method) => new(
        Toy.DatasetHash, Architecture.Bert, null,
        new(Epochs: 2, BatchSize: 16, LearningRate: 0.01, MaxLength: MaxLength), Protocol.Sound,
        method, PruningRule.Of(method) is null ? 0 : 70, Checkpoint: "toy");

    private TrainingInputs Inputs() => TrainingInputs.Load(Assignment(Recipe(Method.Dense), 7));

    private TrainingResult Train(
        Recipe recipe, int seed = 7, CheckpointFile? resume = null, CheckpointFile? trunk = null, int threads = 1,
        Action<EpochFinished>? epoch = null) =>
        new RunTraining(Toy.Cpu with { Threads = threads }).Execute(Assignment(recipe, seed) with
        {
            Resume = resume,
            Trunk = trunk,
        }, Listener(epoch));

    private TrainingListener Listener(Action<EpochFinished>? epoch) =>
        new(epoch ?? (_ => { }), warnings.Add, Heartbeat.None);

    private TrainingAssignment Assignment(Recipe recipe, int seed) => new(
        Guid.Empty, recipe, seed, folder["tokens"], null, folder[$"attempt{++attempts}"], null, null, ["test"],
        PretrainedFolder: pretrained);

    /// <summary>A copy of the checkpoint of each epoch, since the supervisor keeps only the last one.</summary>
    private CheckpointFile Kept(CheckpointFile checkpoint)
    {
        var kept = folder[$"kept{checkpoint.EpochsDone}-{attempts}"];
        File.Copy(checkpoint.Path, kept);
        return checkpoint with { Path = kept };
    }

    private static string Hash(TrainingResult result) =>
        PackedPredictions.Hash(result.Predictions[0].Classes, result.Predictions[0].Scores);
}
