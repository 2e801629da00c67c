using PieService.Domain.Recipes;
using PieService.Worker.Pruning;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Pruning;

public sealed class PrunerTests : IDisposable
{
    private readonly TokenisedSplit train = Toy.Dataset().Split(TokenisedDataset.Train);
    private readonly ToyModel toy = new();
    private readonly float[] initial;

    public PrunerTests() => initial = toy.Parameters.CopyValues();

    public void Dispose() => toy.Dispose();

    [Theory]
    [InlineData(Method.ImpWr)]
    [InlineData(Method.IibpWr)]
    [InlineData(Method.IrpWr)]
    public void Rewinding_restores_the_initial_weights_where_nothing_is_pruned(Method method)
    {
        var pruner = Pruner(method);
        Train();
        pruner.BeforeEpoch(2);

        var now = toy.Parameters.CopyValues();
        foreach (var segment in toy.Parameters.Segments)
            for (var i = 0; i < segment.Size; i++)
                Assert.Equal(
                    segment.IsPrunable && !toy.Parameters.Masks[segment.Name].Keeps(i) ? 0 : initial[segment.Offset + i],
                    now[segment.Offset + i]);
        Assert.Equal(0, toy.Optimizer.Steps);
        Assert.All(toy.Optimizer.CopyMoments().Second, moment => Assert.Equal(0, moment));
    }

    [Fact]
    public void Without_rewinding_weights_and_moments_stay()
    {
        var pruner = Pruner(Method.Imp);
        Train();
        var trained = toy.Parameters.CopyValues();
        pruner.BeforeEpoch(2);

        var now = toy.Parameters.CopyValues();
        Assert.All(now.Zip(trained), pair => Assert.True(pair.First == pair.Second || pair.First == 0));
        Assert.Equal(8, toy.Optimizer.Steps);
    }

    [Fact]
    public void Magnitude_pruning_splits_each_tensor_by_one_threshold()
    {
        Pruner(Method.MpAi).BeforeEpoch(0);
        foreach (var segment in toy.Parameters.Segments.Where(segment => segment.IsPrunable))
        {
            var mask = toy.Parameters.Masks[segment.Name];
            var magnitudes = initial.AsSpan(segment.Offset, segment.Size).ToArray().Select(MathF.Abs).ToArray();
            Assert.True(
                magnitudes.Where((_, i) => !mask.Keeps(i)).Max() <= magnitudes.Where((_, i) => mask.Keeps(i)).Min(), segment.Name);
        }
    }

    [Theory]
    [InlineData(Method.Imp, new[] { 2, 4, 6 })]
    [InlineData(Method.MpAi, new[] { 0 })]
    public void Weights_go_at_the_steps_of_the_plan_and_at_no_other_epoch(Method method, int[] steps)
    {
        var pruner = Pruner(method);
        for (var (epochsDone, kept) = (0, int.MaxValue); epochsDone <= 8; epochsDone++)
        {
            pruner.BeforeEpoch(epochsDone);
            var now = toy.Parameters.Masks.Values.Sum(mask => mask.Kept);
            if (epochsDone > 0) Assert.Equal(steps.Contains(epochsDone), now < kept);
            kept = now;
        }
    }

    [Fact]
    public void The_impact_gradient_is_that_of_the_mean_loss_over_the_whole_sample()
    {
        int[] sample = [.. Enumerable.Range(7, 33)];
        var ours = Impact(_ => sample).Of(step: 1);

        toy.Parameters.ClearGradients();
        nn.functional.cross_entropy(
            toy.Model.Logits(Array.ConvertAll(sample, train.Text)), tensor(Array.ConvertAll(sample, i => (long)train.Labels[i]))).backward();
        Assert.All(ours.Zip(toy.Parameters.CopyGradients()), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    /// <summary>Study 1.6: the published code clears the gradient before each batch of ten.</summary>
    [Theory]
    [InlineData(100, 90)]
    [InlineData(96, 90)]
    [InlineData(7, 0)]
    public void In_protocol_paper_only_the_last_batch_of_ten_counts(int examples, int from)
    {
        int[] sample = [.. Enumerable.Range(3, examples)];
        Assert.Equal(Impact(_ => sample[from..]).Of(step: 1), Impact(_ => sample, Protocol.Paper).Of(step: 1));
    }

    [Fact]
    public void The_impact_sample_is_100_examples_of_seed_and_step()
    {
        var order = TrainingOrder.Keyed(Toy.Recipe(Method.Iibp), 1, train);
        Assert.Equal(100, order.ImpactSample(1).Distinct().Count());
        Assert.Equal(order.ImpactSample(1), order.ImpactSample(1));
        Assert.NotEqual(order.ImpactSample(1), order.ImpactSample(2));
        Assert.NotEqual(order.ImpactSample(1), TrainingOrder.Keyed(Toy.Recipe(Method.Iibp), 2, train).ImpactSample(1));
        Assert.Equal(120, TrainingOrder.Keyed(Toy.Recipe(Method.Iibp), 1, train).Batches(0).Sum(batch => batch.Length));
    }

    private Pruner Pruner(Method method) =>
        new(Toy.Recipe(method), seed: 3, toy.Parameters, toy.Optimizer, Impact(_ => [.. Enumerable.Range(0, 100)]));

    private ImpactGradient Impact(Func<int, int[]> sample, Protocol protocol = Protocol.Sound) =>
        new(toy.Model, toy.Parameters, train, protocol, sample);

    private void Train() => new Trainer(
        toy.Model, toy.Parameters, toy.Optimizer, train,
        new(0, epoch => epoch, _ => [.. Enumerable.Range(0, train.Count).Chunk(15)], _ => [])).Run(0, 1, [], Pulse.None);
}
