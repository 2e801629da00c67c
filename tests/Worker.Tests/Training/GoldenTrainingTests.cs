using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Golden;
using PieService.Worker.Models;
using PieService.Worker.Pruning;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Training;

/// <summary>
/// Whole trainings of the published code, repeated by the product's own loop: initial weights, order of the examples and
/// impact samples are given, all else must come out.
/// </summary>
public sealed class GoldenTrainingTests : IDisposable
{
    private const string DatasetHash = "sha256:golden";

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<int, CheckpointFile> checkpoints = [];
    private readonly Dictionary<int, double> trainLoss = [];

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Cases => GoldenFolder.Cases("training/bilstm-single-*");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_whole_training_is_the_published_one(string name)
    {
        var (golden, tensors) = (GoldenFolder.Json($"{name}.json"), GoldenFolder.Tensors($"{name}.safetensors"));
        var data = new GoldenData(GoldenFolder.Tensors("training/data-bilstm-single.safetensors"), folder);
        var recipe = RecipeOf(golden, tensors, data);
        var order = Order(tensors, golden.GetProperty("batch").GetInt32());
        // Ten times what float32 costs the published run itself, or what the last bits of a logit cost: the folder's tolerance.
        var noise = golden.GetProperty("noise");
        var tolerance = Math.Max(1e-5, 10 * noise.GetProperty("max_abs_test_logit_difference_float32_vs_float64").GetDouble());
        var strayed = noise.GetProperty("mask_entries_that_differ").GetInt32() == 0 ? 0 : 0.005;

        var result = new RunTraining(Toy.Cpu).Execute(
            new(Guid.Empty, recipe, 0, data.TokensPath, data.VectorsPath, folder["run"], null, null, [TokenisedDataset.Test]),
            new(Report, warning => Assert.Fail(warning), Pulse.None), _ => order);

        AssertEpochs(golden, tensors, data, recipe, tolerance);
        AssertPrunings(golden, tensors, recipe, result, strayed);
        AssertMeasures(golden, tensors, data, recipe, result.Prunings!, tolerance, strayed);
        AssertImpactGradient(tensors, data, recipe, order);
    }

    /// <summary>Everything is read from what the run left behind: after each epoch its loss and its checkpoint.</summary>
    private void Report(EpochFinished epoch)
    {
        trainLoss[epoch.Epoch] = epoch.Metrics[0].Loss;
        // The supervisor keeps one checkpoint of a run; this test wants them all.
        var kept = folder[$"epoch{epoch.Epoch}"];
        File.Copy(epoch.Checkpoint!.Path, kept);
        checkpoints[epoch.Epoch] = epoch.Checkpoint with { Path = kept };
    }

    private void AssertEpochs(JsonElement golden, GoldenTensors tensors, GoldenData data, Recipe recipe, double tolerance)
    {
        var epochs = golden.GetProperty("epochs").EnumerateArray().ToList();
        Assert.Equal(epochs.Count, trainLoss.Count);
        using var restored = new Restored(recipe, data);
        for (var epoch = 0; epoch < epochs.Count; epoch++)
        {
            restored.Take(checkpoints[epoch]);
            var scores = Evaluation.Run(restored.Model, data.Split(TokenisedDataset.Test), Pulse.None);
            var expected = tensors.Get<float>($"test_logits.{epoch}");
            var furthest = expected.Zip(scores.Logits, (theirs, ours) => Math.Abs((double)theirs - ours)).Max();
            Assert.True(furthest <= tolerance, $"epoch {epoch}: a test logit is {furthest:g3} away, allowed is {tolerance:g3}");
            // A cross-entropy moves at most twice as far as its logits.
            Assert.Equal(epochs[epoch].GetProperty("test_loss").GetDouble(), BatchLoss(scores, recipe), 2 * tolerance);
            Assert.Equal(epochs[epoch].GetProperty("train_loss").GetDouble(), trainLoss[epoch], 2 * tolerance);
            Assert.Equal(epochs[epoch].GetProperty("test_accuracy").GetDouble(), scores.Metric().Accuracy, 1e-9);
        }
    }

    /// <summary>The published loss of an epoch: the mean of its batches' means (study 1.9).</summary>
    private static double BatchLoss(Scores scores, Recipe recipe) => Enumerable.Range(0, scores.Labels.Length)
        .Chunk(recipe.Hyperparameters.BatchSize)
        .Average(batch =>
        {
            var part = new Scores(scores.Split, scores.ClassCount, Array.ConvertAll(batch, example => scores.Labels[example]));
            for (var i = 0; i < batch.Length; i++) scores.Row(batch[i]).CopyTo(part.Logits.AsSpan(i * scores.ClassCount));
            return part.Metric().Loss;
        });

    private void AssertPrunings(JsonElement golden, GoldenTensors tensors, Recipe recipe, TrainingResult result, double strayed)
    {
        var prunings = golden.GetProperty("prunings").EnumerateArray().ToList();
        Assert.Equal(prunings.Select(pruning => pruning.GetProperty("after_epoch_index").GetInt32() + 1), recipe.Plan.PruneAfter);
        string[] prunable = [.. golden.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetString()!)];
        Assert.Equal(prunable, result.Tensors.Select(tensor => tensor.Name));
        for (var pruning = 0; pruning < prunings.Count; pruning++)
        {
            // A checkpoint is the unpruned end of its epoch, so the next one is the first to hold the mask.
            var file = SafeTensors.Read(checkpoints[recipe.Plan.PruneAfter[pruning]].Path);
            for (var t = 0; t < prunable.Length; t++)
            {
                var (theirs, ours) = (tensors.Get<byte>($"mask.{pruning}.{prunable[t]}"), file.Get<byte>($"mask.{prunable[t]}"));
                var different = theirs.Zip(ours).Count(pair => pair.First != pair.Second);
                Assert.True(different <= strayed * theirs.Length, $"pruning {pruning}, {prunable[t]}: {different} of {theirs.Length} entries differ");
                Assert.Equal(prunings[pruning].GetProperty("survivors")[t].GetInt32(), ours.Count(kept => kept == 1), strayed * theirs.Length);
            }
        }
    }

    /// <summary>Compression, and what each pruning costs on test (study 1.12).</summary>
    private void AssertMeasures(
        JsonElement golden, GoldenTensors tensors, GoldenData data, Recipe recipe, IReadOnlyList<RunPruning> ours, double tolerance, double strayed)
    {
        var prunings = golden.GetProperty("prunings").EnumerateArray().ToList();
        double[] compression = [.. golden.GetProperty("compression_history").EnumerateArray().Select(value => value.GetDouble())];
        double[] stability = [.. golden.GetProperty("stability").EnumerateArray().Select(value => value.GetDouble())];
        Assert.Equal(recipe.Plan.PruneAfter, ours.Select(pruning => pruning.AfterEpochs));
        Assert.Equal(prunings.Count, compression.Length);
        // The published code has none of a pruning before the training.
        Assert.Equal(recipe.Plan.PruneAfter.Count(epochs => epochs > 0), stability.Length);
        for (var pruning = 0; pruning < prunings.Count; pruning++)
        {
            // Where so many mask entries may stray, as many survivors may; theirs adds a tiny number to the divisor.
            var (theirs, tolerated) = (prunings[pruning].GetProperty("compression").GetDouble(), strayed + 1e-9);
            Assert.Equal(compression[pruning], theirs);
            Assert.Equal(1, ours[pruning].Compression!.Value / theirs, tolerated * theirs);
            if (recipe.Plan.PruneAfter[pruning] == 0)
            {
                Assert.Null(ours[pruning].Stability);
                continue;
            }
            // What the logits' tolerance may turn around, one way or the other; before the pruning nothing has (AssertEpochs).
            var doubtful = Doubtful(tensors, data, recipe, pruning, tolerance);
            Assert.Equal(prunings[pruning].GetProperty("test_accuracy_after").GetDouble(), ours[pruning].AccuracyAfter!.Value, doubtful + 1e-9);
            Assert.Equal(stability[pruning], ours[pruning].Stability!.Value, (doubtful / ours[pruning].AccuracyBefore!.Value) + 1e-9);
        }
    }

    /// <summary>Share of the test examples whose two highest logits after a pruning are closer than twice the tolerance.</summary>
    private double Doubtful(GoldenTensors tensors, GoldenData data, Recipe recipe, int pruning, double tolerance)
    {
        using var restored = new Restored(recipe, data);
        restored.Take(checkpoints[recipe.Plan.PruneAfter[pruning] - 1]);
        if (PruningRule.Of(recipe.Method) is { Rewinds: true }) restored.Parameters.SetValues(Order(tensors, 1).InitialWeights!);
        var next = SafeTensors.Read(checkpoints[recipe.Plan.PruneAfter[pruning]].Path);
        restored.Parameters.Prune(restored.Parameters.Masks.Keys.ToDictionary(name => name, name => Mask.Of(next.Get<byte>($"mask.{name}"))));
        var scores = Evaluation.Run(restored.Model, data.Split(TokenisedDataset.Test), Pulse.None);
        return Enumerable.Range(0, scores.Labels.Length).Average(example =>
        {
            var highest = scores.Row(example).ToArray().OrderDescending().Take(2).ToArray();
            return highest[0] - highest[1] <= 2 * tolerance ? 1.0 : 0.0;
        });
    }

    /// <summary>At the first pruning; theirs is clipped like every gradient, by one factor for the whole model.</summary>
    private void AssertImpactGradient(GoldenTensors tensors, GoldenData data, Recipe recipe, TrainingOrder order)
    {
        string[] given = [.. tensors.Names.Where(name => name.StartsWith("impact_gradient.0.", StringComparison.Ordinal))];
        Assert.Equal(PruningRule.Of(recipe.Method)?.Score == PruningScore.Impact, given.Length > 0);
        if (given.Length == 0) return;

        using var restored = new Restored(recipe, data);
        if (recipe.Plan.PruneAfter[0] == 0) restored.Parameters.SetValues(order.InitialWeights!);
        else restored.Take(checkpoints[recipe.Plan.PruneAfter[0] - 1]);
        var flat = new ImpactGradient(
            restored.Model, restored.Parameters, data.Split(TokenisedDataset.Train), recipe.Protocol, order.ImpactSample).Of(step: 1);
        var factor = Math.Min(1, 1 / (Math.Sqrt(flat.Sum(g => (double)g * g)) + 1e-6));
        foreach (var segment in restored.Parameters.Segments.Where(segment => segment.IsPrunable))
        {
            var theirs = tensors.Get<float>($"impact_gradient.0.{segment.Name}");
            for (var i = 0; i < theirs.Length; i++)
                // Entries of a gradient of norm 1: what float32 leaves of them after some epochs.
                Assert.Equal(theirs[i], flat[segment.Offset + i] * factor, 1e-4);
        }
    }

    private static TrainingOrder Order(GoldenTensors tensors, int batchSize) => new(
        InitSeed: 0,
        TorchSeed: epoch => epoch,
        Batches: epoch => [.. tensors.Get<int>($"order.{epoch}").Chunk(batchSize)],
        ImpactSample: step => tensors.Get<int>($"impact_order.{step - 1}"),
        InitialWeights: tensors.Names.Where(name => name.StartsWith("init.", StringComparison.Ordinal))
            .ToDictionary(name => name["init.".Length..], tensors.Get<float>));

    private static Recipe RecipeOf(JsonElement golden, GoldenTensors tensors, GoldenData data) => new(
        DatasetHash, Architecture.BiLstm, "golden",
        new(
            golden.GetProperty("E").GetInt32(), golden.GetProperty("batch").GetInt32(), golden.GetProperty("lr").GetDouble(),
            MaxLength: data.Length, HiddenSize: tensors.Shape("init.lstm.weight_hh_l0")[1]),
        Protocol.Paper, Wire.Parse<Method>(golden.GetProperty("method").GetString()!), golden.GetProperty("target").GetDecimal());

    /// <summary>A model of the run to put its checkpoints into.</summary>
    private sealed class Restored : IDisposable
    {
        private readonly Recipe recipe;
        private readonly GoldenData data;
        private readonly Adam optimizer;

        public Restored(Recipe recipe, GoldenData data)
        {
            (this.recipe, this.data) = (recipe, data);
            Model = Classifiers.Create(recipe, data.Dataset, data.Vectors, CPU);
            Parameters = new(Model);
            optimizer = new(Parameters, recipe.Hyperparameters.LearningRate);
        }

        public Classifier Model { get; }

        public ParameterBuffer Parameters { get; }

        public void Take(CheckpointFile checkpoint) => Assert.Null(Checkpoint.TryRestore(
            checkpoint, new(RecipeFingerprint.Of(recipe), 0, GoldenData.VectorsSha256, Toy.Cpu.Prepare()), Parameters, optimizer,
            new(Model, Parameters, data.Split(TokenisedDataset.Test), Pulse.None)));

        public void Dispose()
        {
            optimizer.Dispose();
            Parameters.Dispose();
            Model.Dispose();
        }
    }

    /// <summary>
    /// Golden inputs are vectors, not words: so every place of every text becomes a word of its own, with that vector.
    /// </summary>
    private sealed class GoldenData
    {
        public const string VectorsSha256 = "golden";

        public GoldenData(GoldenTensors data, TemporaryFolder folder)
        {
            Length = data.Shape("train_x")[1];
            int[] labels = [.. data.Get<float>("train_y").Concat(data.Get<float>("test_y")).Select(label => (int)label)];
            var builder = new TokenisedDataset.Builder(DatasetHash, labels.Max() + 1);
            var (trainCount, dimensions) = (data.Shape("train_x")[0], data.Shape("train_x")[2]);
            for (var example = 0; example < labels.Length; example++)
                builder.Add(
                    example < trainCount ? TokenisedDataset.Train : TokenisedDataset.Test,
                    [.. Enumerable.Range(0, Length).Select(place => $"{example}-{place}")], labels[example]);
            Dataset = builder.Build();
            float[] matrix = [.. data.Get<float>("train_x"), .. data.Get<float>("test_x")];
            Vectors = new("golden", VectorsSha256, Dataset.VocabularyHash, dimensions, matrix, new float[dimensions], Dataset.Vocabulary.Count);
            (TokensPath, VectorsPath) = (folder["tokens"], folder["vectors"]);
            Dataset.Save(TokensPath);
            Vectors.Save(VectorsPath);
        }

        public int Length { get; }

        public TokenisedDataset Dataset { get; }

        public WordVectors Vectors { get; }

        public string TokensPath { get; }

        public string VectorsPath { get; }

        public TokenisedSplit Split(string name) => Dataset.Split(name).Truncated(Length);
    }
}
