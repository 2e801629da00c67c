using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Golden;
using PieService.Worker.Files;
using PieService.Worker.Models;
using PieService.Worker.Pruning;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Runs;

/// <summary>
/// Repeats whole trainings of the published code with the product's own loop: the initial weights, the order of the
/// examples and the impact samples are given; all other results must agree.
/// </summary>
public sealed class GoldenTrainingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<int, CheckpointFile> checkpoints = [];
    private readonly Dictionary<int, EpochMetric> trained = [];
    private readonly Dictionary<int, float[]> movingLogits = [];

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Cases =>
        [.. GoldenFolder.Cases("training/bilstm-*"), .. GoldenFolder.Cases("training/bert-*")];

    [Theory]
    [Trait("Duration", "Long")]
    [MemberData(nameof(Cases))]
    public void A_whole_training_equals_the_published_one(string name)
    {
        var training = GoldenTraining.Read(GoldenFolder.Path, name, folder["inputs"]);
        var (golden, tensors, data) = (training.Json, training.Tensors, training.Data);
        var (recipe, order) = (training.Recipe, training.Order);
        // The tolerance of the folder: ten times the float32 error of the published run, but at least that of the last
        // bits of a logit.
        var tolerance = Math.Max(1e-5, 10 * training.Noise);
        var strayed = golden.GetProperty("noise").GetProperty("mask_entries_that_differ").GetInt32() == 0 ? 0 : 0.005;

        var result = new RunTraining(Toy.Cpu).Execute(
            data.Assignment(recipe, folder["run"]),
            new(Report, warning => Assert.Fail(warning), Heartbeat.None), _ => order, new Watcher(movingLogits));

        AssertEpochs(golden, tensors, data, recipe, tolerance);
        AssertPrunings(golden, tensors, recipe, result, strayed);
        AssertMeasures(golden, tensors, data, recipe, result.Prunings, tolerance, strayed);
        AssertImpactGradient(tensors, data, recipe, order);
    }

    /// <summary>Collects the loss and the checkpoint of each epoch, from which all other results are read.</summary>
    private void Report(EpochFinished epoch)
    {
        trained[epoch.Epoch] = epoch.Metrics[0];
        // The supervisor keeps one checkpoint of a run; this test needs all of them.
        var kept = folder[$"epoch{epoch.Epoch}"];
        File.Copy(epoch.Checkpoint!.Path, kept);
        checkpoints[epoch.Epoch] = epoch.Checkpoint with { Path = kept };
    }

    private void AssertEpochs(
        JsonElement golden, GoldenTensors tensors, GoldenData data, Recipe recipe, double tolerance)
    {
        var epochs = golden.GetProperty("epochs").EnumerateArray().ToList();
        Assert.Equal(epochs.Count, trained.Count);
        using var restored = new Restored(recipe, data);
        for (var epoch = 0; epoch < epochs.Count; epoch++)
        {
            restored.Take(checkpoints[epoch]);
            var scores = Evaluation.Run(restored.Model, restored.Inputs.Split(TokenisedDataset.Test), Heartbeat.None);
            var expected = tensors.Get<float>($"test_logits.{epoch}");
            AssertClose(expected, scores.Logits, tolerance, $"epoch {epoch}: a test logit");
            // A cross-entropy changes by at most twice the change of its logits.
            Assert.Equal(epochs[epoch].GetProperty("test_loss").GetDouble(), BatchLoss(scores, recipe), 2 * tolerance);
            Assert.Equal(epochs[epoch].GetProperty("train_loss").GetDouble(), trained[epoch].Loss, 2 * tolerance);
            if (scores.Gold.Task == LearningTask.SingleLabel)
                Assert.Equal(
                    epochs[epoch].GetProperty("test_accuracy").GetDouble(), scores.Metric(null).Scores.Accuracy, 1e-9);
            else AssertThreshold(epochs[epoch], epoch, tensors, scores, tolerance);
        }
    }

    /// <summary>The published predictions gathered during training have the order of the training batches.</summary>
    private void AssertThreshold(
        JsonElement golden, int epoch, GoldenTensors tensors, SplitLogits test, double tolerance)
    {
        float[] moving = [
            .. tensors.Get<int>($"order.{epoch}")
                .SelectMany(example => movingLogits[epoch].Chunk(test.ClassCount).ElementAt(example))];
        AssertClose(
            tensors.Get<float>($"train_moving_logits.{epoch}"), moving, tolerance,
            $"epoch {epoch}: a logit gathered while training");
        Assert.Equal(golden.GetProperty("threshold").GetDouble(), trained[epoch].Threshold!.Value, 1e-12);
        Assert.Equal(golden.GetProperty("train_macro_f1").GetDouble(), trained[epoch].Scores.MacroF1, 1e-12);
        Assert.Equal(golden.GetProperty("train_micro_f1").GetDouble(), trained[epoch].Scores.MicroF1, 1e-12);
        var scores = test.Metric(trained[epoch].Threshold).Scores;
        Assert.Equal(golden.GetProperty("test_macro_f1").GetDouble(), scores.MacroF1, 1e-12);
        Assert.Equal(golden.GetProperty("test_micro_f1").GetDouble(), scores.MicroF1, 1e-12);
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var furthest = expected.Zip(actual, (theirs, ours) => Math.Abs((double)theirs - ours)).Max();
        Assert.True(furthest <= tolerance, $"{what} is {furthest:g3} away, allowed is {tolerance:g3}");
    }

    /// <summary>The published loss of an epoch: the mean of the means of its batches.</summary>
    private static double BatchLoss(SplitLogits scores, Recipe recipe) => Enumerable.Range(0, scores.Gold.Count)
        .Chunk(recipe.Hyperparameters.BatchSize)
        .Average(batch =>
        {
            var gold = batch.SelectMany(example => scores.Gold.At(example).ToArray());
            var part = new SplitLogits(scores.Split, new(scores.Gold.Task, scores.ClassCount, [.. gold]));
            for (var i = 0; i < batch.Length; i++)
                scores.Row(batch[i]).CopyTo(part.Logits.AsSpan(i * scores.ClassCount));
            return part.Loss();
        });

    private void AssertPrunings(
        JsonElement golden, GoldenTensors tensors, Recipe recipe, TrainingResult result, double strayed)
    {
        var prunings = golden.GetProperty("prunings").EnumerateArray().ToList();
        Assert.Equal(
            prunings.Select(pruning => pruning.GetProperty("after_epoch_index").GetInt32() + 1),
            recipe.Plan.PruneAfter);
        string[] prunable = [.. golden.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetString()!)];
        Assert.Equal(prunable, result.Tensors.Select(tensor => tensor.Name));
        for (var pruning = 0; pruning < prunings.Count; pruning++)
        {
            // A checkpoint is written before the pruning after its epoch, so the next one is the first with the mask.
            var file = SafeTensors.Read(checkpoints[recipe.Plan.PruneAfter[pruning]].Path);
            var (different, entries) = (0, 0);
            for (var t = 0; t < prunable.Length; t++)
            {
                var (theirs, ours) =
                    (tensors.Get<byte>($"mask.{pruning}.{prunable[t]}"), file.Get<byte>($"mask.{prunable[t]}"));
                (different, entries) =
                    (different + theirs.Zip(ours).Count(pair => pair.First != pair.Second), entries + theirs.Length);
                Assert.Equal(
                    prunings[pruning].GetProperty("survivors")[t].GetInt32(), ours.Count(kept => kept == 1),
                    strayed * theirs.Length);
            }
            Assert.True(different <= strayed * entries, $"pruning {pruning}: {different} of {entries} entries differ");
        }
    }

    /// <summary>Compression, and the test accuracy that each pruning costs.</summary>
    private void AssertMeasures(
        JsonElement golden, GoldenTensors tensors, GoldenData data, Recipe recipe, IReadOnlyList<RunPruning> ours,
        double tolerance, double strayed)
    {
        var prunings = golden.GetProperty("prunings").EnumerateArray().ToList();
        double[] compression = [
            .. golden.GetProperty("compression_history").EnumerateArray().Select(value => value.GetDouble())];
        double[] stability = [.. golden.GetProperty("stability").EnumerateArray().Select(value => value.GetDouble())];
        Assert.Equal(recipe.Plan.PruneAfter, ours.Select(pruning => pruning.AfterEpochs));
        Assert.Equal(prunings.Count, compression.Length);
        // The published code has no stability for a pruning before the training, and 0 for multi-label data, for which
        // we have none.
        Assert.Equal(recipe.Plan.PruneAfter.Count(epochs => epochs > 0), stability.Length);
        for (var pruning = 0; pruning < prunings.Count; pruning++)
        {
            // As many kept weights may differ as mask entries; the published code adds a tiny number to the divisor.
            var (theirs, tolerated) = (prunings[pruning].GetProperty("compression").GetDouble(), strayed + 1e-9);
            Assert.Equal(compression[pruning], theirs);
            Assert.Equal(1, ours[pruning].Compression!.Value / theirs, tolerated * theirs);
            if (recipe.Plan.PruneAfter[pruning] == 0 || golden.GetProperty("multilabel").GetBoolean())
            {
                Assert.Null(ours[pruning].Stability);
                continue;
            }
            // The tolerance of the logits may change these predictions in either direction; before the pruning no
            // prediction differs (AssertEpochs).
            var doubtful = Doubtful(tensors, data, recipe, pruning, tolerance);
            Assert.Equal(
                prunings[pruning].GetProperty("test_accuracy_after").GetDouble(), ours[pruning].AccuracyAfter!.Value,
                doubtful + 1e-9);
            Assert.Equal(
                stability[pruning], ours[pruning].Stability!.Value,
                (doubtful / ours[pruning].AccuracyBefore!.Value) + 1e-9);
        }
    }

    /// <summary>
    /// The share of the test examples whose two highest logits after a pruning are closer than twice the tolerance.
    /// </summary>
    private double Doubtful(GoldenTensors tensors, GoldenData data, Recipe recipe, int pruning, double tolerance)
    {
        using var restored = new Restored(recipe, data);
        restored.Take(checkpoints[recipe.Plan.PruneAfter[pruning] - 1]);
        if (PruningRule.Of(recipe.Method) is { Rewinds: true })
            restored.Parameters.SetValues(GoldenTraining.InitialWeights(tensors));
        var next = SafeTensors.Read(checkpoints[recipe.Plan.PruneAfter[pruning]].Path);
        restored.Parameters.Prune(
            restored.Parameters.Masks.Keys.ToDictionary(name => name, name => Mask.Of(next.Get<byte>($"mask.{name}"))));
        var scores = Evaluation.Run(restored.Model, restored.Inputs.Split(TokenisedDataset.Test), Heartbeat.None);
        return Enumerable.Range(0, scores.Gold.Count).Average(example =>
        {
            var highest = scores.Row(example).ToArray().OrderDescending().Take(2).ToArray();
            return highest[0] - highest[1] <= 2 * tolerance ? 1.0 : 0.0;
        });
    }

    /// <summary>
    /// Compares the impact gradient at the first pruning; the published one is clipped like every gradient, by one
    /// factor for the whole model.
    /// </summary>
    private void AssertImpactGradient(GoldenTensors tensors, GoldenData data, Recipe recipe, TrainingOrder order)
    {
        string[] given = [
            .. tensors.Names.Where(name => name.StartsWith("impact_gradient.0.", StringComparison.Ordinal))];
        Assert.Equal(PruningRule.Of(recipe.Method)?.Score == PruningScore.Impact, given.Length > 0);
        if (given.Length == 0) return;

        using var restored = new Restored(recipe, data);
        if (recipe.Plan.PruneAfter[0] == 0) restored.Parameters.SetValues(order.InitialWeights!);
        else restored.Take(checkpoints[recipe.Plan.PruneAfter[0] - 1]);
        var flat = new ImpactGradient(
            restored.Model, restored.Parameters, restored.Inputs.Split(TokenisedDataset.Train), recipe.Protocol,
            order.ImpactSample, order.ImpactSeed).Of(step: 1);
        var factor = Math.Min(1, 1 / (Math.Sqrt(flat.Sum(g => (double)g * g)) + 1e-6));
        foreach (var segment in restored.Parameters.Segments.Where(segment => segment.IsPrunable))
        {
            var theirs = tensors.Get<float>($"impact_gradient.0.{segment.Name}");
            for (var i = 0; i < theirs.Length; i++)
                // The gradient has norm 1; the tolerance is the float32 error of its entries after some epochs.
                Assert.Equal(theirs[i], flat[segment.Offset + i] * factor, 1e-4);
        }
    }

    /// <summary>The predictions gathered during training are not in any output of a run.</summary>
    private sealed class Watcher(Dictionary<int, float[]> movingLogits) : ITrainingHook
    {
        public void BeforeEpoch(int epochsDone)
        {
        }

        public void AfterEpoch(int epochsDone, TrainedEpoch trained) =>
            movingLogits[epochsDone - 1] = trained.Moving.Logits;
    }

    /// <summary>A model of the run into which its checkpoints are loaded.</summary>
    private sealed class Restored : IDisposable
    {
        private readonly Recipe recipe;
        private readonly Adam optimizer;

        public Restored(Recipe recipe, GoldenData data)
        {
            this.recipe = recipe;
            Inputs = TrainingInputs.Load(data.Assignment(recipe, ""));
            Model = Classifiers.Create(recipe, Inputs, CPU);
            Parameters = new(Model);
            optimizer = new(Parameters, recipe.Hyperparameters.LearningRate);
        }

        public TrainingInputs Inputs { get; }

        public Classifier Model { get; }

        public ParameterBuffer Parameters { get; }

        public void Take(CheckpointFile checkpoint) => Assert.Null(Checkpoint.TryRestore(
            checkpoint,
            new(RecipeFingerprint.Of(recipe), 0, Inputs.Vectors?.SourceSha256, Toy.Cpu.Prepare(),
                Inputs.Pretrained?.Sha256), Parameters, optimizer,
            new(new(Model, Parameters, Heartbeat.None), Parameters, Inputs.Split(TokenisedDataset.Test)), out _));

        public void Dispose()
        {
            optimizer.Dispose();
            Parameters.Dispose();
            Model.Dispose();
        }
    }
}
