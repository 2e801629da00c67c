using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly TokenisedSplit train = Toy.Dataset().Split(TokenisedDataset.Train);
    private readonly ToyModel toy = new();

    public void Dispose() => toy.Dispose();

    [Fact]
    public void Hooks_are_called_around_every_remaining_epoch()
    {
        var calls = new List<string>();
        Run(epochsDone: 1, totalEpochs: 3, new Recorder(calls), EveryExample);
        Assert.Equal(["before 1", "after 2", "before 2", "after 3", "before 3"], calls);
    }

    [Fact]
    public void The_order_of_the_examples_can_be_given()
    {
        var asked = new List<int>();
        Run(0, 2, new Recorder([]), epoch =>
        {
            asked.Add(epoch);
            return [[3, 1], [2]];
        });
        Assert.Equal([0, 1], asked);
        Assert.Equal(4, toy.Optimizer.Steps);
    }

    [Fact]
    public void Initial_weights_can_be_given()
    {
        var given = toy.Parameters.CopyValues();
        Run(0, 1, new Recorder([]), EveryExample);
        var once = toy.Parameters.CopyValues();
        Assert.NotEqual(given, once);

        toy.Parameters.SetValues(given);
        toy.Optimizer.Clear();
        Run(0, 1, new Recorder([]), EveryExample);
        Assert.Equal(once, toy.Parameters.CopyValues());
    }

    [Fact]
    public void Gradients_are_clipped_together_to_norm_1()
    {
        // Large weights make large gradients.
        toy.Parameters.SetValues(Array.ConvertAll(toy.Parameters.CopyValues(), value => 8 * value));
        Run(0, 1, new Recorder([]), _ => [[0, 1, 2, 3]]);
        Assert.Equal(1, Math.Sqrt(toy.Parameters.CopyGradients().Sum(gradient => (double)gradient * gradient)), 4);
    }

    [Fact]
    public void Gradients_with_a_norm_below_1_are_not_changed()
    {
        int[] batch = [0, 1, 2, 3];
        var labels = tensor(Array.ConvertAll(batch, example => (long)train.Labels.ClassAt(example)));
        toy.Parameters.ClearGradients();
        nn.functional.cross_entropy(toy.Model.Logits(Array.ConvertAll(batch, train.Text)), labels).backward();
        var unclipped = toy.Parameters.CopyGradients();
        Assert.InRange(Math.Sqrt(unclipped.Sum(gradient => (double)gradient * gradient)), 0.1, 0.95);

        Run(0, 1, new Recorder([]), _ => [batch]);

        Assert.Equal(unclipped, toy.Parameters.CopyGradients());        // the factor is exactly 1
    }

    [Fact]
    public void Pruned_weights_stay_zero_and_have_no_gradient()
    {
        Run(0, 1, new Recorder([]), EveryExample);      // gives Adam a momentum that would change the pruned weights
        var segment = toy.Parameters.Segments.Single(segment => segment.Name == "l2.weight");
        toy.Parameters.Prune(
            new Dictionary<string, Mask> { ["l2.weight"] = Mask.Full(segment.Size).Without([0, 5, 77]) });
        Run(1, 2, new Recorder([]), EveryExample);
        foreach (var flat in new[] { toy.Parameters.CopyValues(), toy.Parameters.CopyGradients() })
            foreach (var index in new[] { 0, 5, 77 }) Assert.Equal(0, flat[segment.Offset + index]);
    }

    [Fact]
    public void A_mask_cannot_revive_a_weight()
    {
        var segment = toy.Parameters.Segments.Single(segment => segment.Name == "l2.weight");
        toy.Parameters.Prune(new Dictionary<string, Mask> { ["l2.weight"] = Mask.Full(segment.Size).Without([0]) });
        Assert.Throws<ArgumentException>(
            () => toy.Parameters.Prune(new Dictionary<string, Mask> { ["l2.weight"] = Mask.Full(segment.Size) }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public void A_batch_that_is_computed_in_parts_gives_the_same_training_within_rounding(int size)
    {
        var given = toy.Parameters.CopyValues();
        var whole = new Recorder([]);
        Run(0, 2, whole, EveryExample);
        var expected = toy.Parameters.CopyValues();

        toy.Parameters.SetValues(given);
        toy.Optimizer.Clear();
        var parts = new Recorder([]);
        new Trainer(toy.Model, toy.Parameters, toy.Optimizer, train, Order(EveryExample), new MicroBatch(size, 16))
            .Run(0, 2, [parts], Heartbeat.None);

        Assert.Equal(16, toy.Optimizer.Steps);
        Assert.Equal(whole.Last!.Loss, parts.Last!.Loss, 1e-5);
        // Adam divides by the size of a gradient, so a small one is as uncertain as its rounding.
        Assert.All(toy.Parameters.CopyValues().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 2e-3f));
        Assert.All(
            parts.Last.Moving.Logits.Zip(whole.Last.Moving.Logits),
            pair => Assert.Equal(pair.Second, pair.First, 2e-3f));
    }

    [Fact]
    public void An_evaluation_has_the_same_share_of_its_examples_at_once()
    {
        Assert.Equal((256, 64, 1), (default(MicroBatch).Share(256), new MicroBatch(8, 32).Share(256),
            new MicroBatch(1, 1024).Share(256)));
        var whole = Evaluation.Run(toy.Model, train, Heartbeat.None);
        var parts = Evaluation.Run(toy.Model, train, Heartbeat.None, new MicroBatch(1, 64));
        Assert.All(parts.Logits.Zip(whole.Logits), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void The_training_metric_is_the_mean_of_the_batch_means()
    {
        var recorder = new Recorder([]);
        using var still = new Adam(toy.Parameters, learningRate: 0);
        new Trainer(toy.Model, toy.Parameters, still, train, Order(_ => [[0, 1, 2], [0]]))
            .Run(0, 1, [recorder], Heartbeat.None);
        Assert.Equal((Loss([0, 1, 2]) + Loss([0])) / 2, recorder.Last!.Loss, 1e-6);
    }

    [Fact]
    public void Evaluation_gives_every_example_its_own_logits_and_draws_no_random_numbers()
    {
        manual_seed(3);
        var scores = Evaluation.Run(toy.Model, train, Heartbeat.None);
        var next = rand(1).item<float>();
        manual_seed(3);
        Assert.Equal(rand(1).item<float>(), next);

        using var noGrad = no_grad();
        for (var i = 0; i < train.Count; i++)
        {
            var alone = toy.Model.Logits([train.Text(i)]).data<float>().ToArray();
            for (var c = 0; c < alone.Length; c++) Assert.Equal(alone[c], scores.Row(i)[c], 1e-6f);
        }
    }

    private double Loss(int[] batch)
    {
        using var noGrad = no_grad();
        var labels = tensor(Array.ConvertAll(batch, example => (long)train.Labels.ClassAt(example)));
        return nn.functional.cross_entropy(toy.Model.Logits(Array.ConvertAll(batch, train.Text)), labels).item<float>();
    }

    private void Run(int epochsDone, int totalEpochs, ITrainingHook hook, Func<int, IReadOnlyList<int[]>> batches) =>
        new Trainer(toy.Model, toy.Parameters, toy.Optimizer, train, Order(batches))
            .Run(epochsDone, totalEpochs, [hook], Heartbeat.None);

    private IReadOnlyList<int[]> EveryExample(int epoch) => [.. Enumerable.Range(0, train.Count).Chunk(16)];

    private static TrainingOrder Order(Func<int, IReadOnlyList<int[]>> batches) =>
        new(0, epoch => epoch, batches, _ => [], _ => 0);

    private sealed class Recorder(List<string> calls) : ITrainingHook
    {
        public TrainedEpoch? Last { get; private set; }

        public void BeforeEpoch(int epochsDone) => calls.Add($"before {epochsDone}");

        public void AfterEpoch(int epochsDone, TrainedEpoch trained)
        {
            Last = trained;
            calls.Add($"after {epochsDone}");
        }
    }
}
