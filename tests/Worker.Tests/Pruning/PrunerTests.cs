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
    private readonly TokenisedSplit test = Toy.Dataset().Split(TokenisedDataset.Test);
    private readonly float[] initial;
    private readonly PruningRecord record;

    public PrunerTests()
    {
        initial = toy.Parameters.CopyValues();
        record = new(new(toy.Model, toy.Parameters, Heartbeat.None), toy.Parameters, test);
    }

    public void Dispose() => toy.Dispose();

    [Theory]
    [InlineData(Method.ImpWr)]
    [InlineData(Method.IibpWr)]
    [InlineData(Method.IrpWr)]
    public void Rewinding_restores_the_initial_values_of_the_kept_weights(Method method)
    {
        var pruner = Pruner(method);
        Train();
        pruner.BeforeEpoch(2);

        var now = toy.Parameters.CopyValues();
        foreach (var segment in toy.Parameters.Segments)
            for (var i = 0; i < segment.Size; i++)
                Assert.Equal(
                    segment.IsPrunable && !toy.Parameters.Masks[segment.Name].Keeps(i)
                        ? 0 : initial[segment.Offset + i],
                    now[segment.Offset + i]);
        Assert.Equal(0, toy.Optimizer.Steps);
        Assert.All(toy.Optimizer.CopyMoments().Second, moment => Assert.Equal(0, moment));
    }

    [Fact]
    public void Without_rewinding_the_kept_weights_and_the_moments_do_not_change()
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
                magnitudes.Where((_, i) => !mask.Keeps(i)).Max() <= magnitudes.Where((_, i) => mask.Keeps(i)).Min(),
                segment.Name);
        }
    }

    /// <summary>
    /// Weights strictly below one percentile of all scores are pruned, compared as float32, so equal scores
    /// are all kept or all pruned.
    /// </summary>
    [Theory]
    [InlineData(Method.IbpAi)]
    [InlineData(Method.MpAi)]
    public void With_global_scope_in_protocol_paper_one_threshold_splits_all_weights(Method method)
    {
        var gradients = method == Method.IbpAi ? Impact(_ => [.. Enumerable.Range(0, 100)], Protocol.Paper).Of(step: 1)
            : Array.ConvertAll(initial, _ => 1f);
        Pruner(Toy.Recipe(method) with { Protocol = Protocol.Paper, Scope = PruningScope.Global }).BeforeEpoch(0);

        var scored = (from segment in toy.Parameters.Segments
                      where segment.IsPrunable
                      from i in Enumerable.Range(0, segment.Size)
                      let at = segment.Offset + i
                      select (Kept: toy.Parameters.Masks[segment.Name]
                          .Keeps(i), Score: (float)Math.Abs((double)initial[at] * gradients[at]))).ToList();
        Assert.True(
            scored.Where(weight => !weight.Kept).Max(weight => weight.Score) < scored.Where(weight => weight.Kept)
                .Min(weight => weight.Score));
        Assert.True(
            toy.Parameters.Masks.Values.Max(mask => mask.Sparsity) - toy.Parameters.Masks.Values
                .Min(mask => mask.Sparsity) > 0.05);
    }

    [Theory]
    [InlineData(Method.Imp, new[] { 2, 4, 6 })]
    [InlineData(Method.MpAi, new[] { 0 })]
    public void Weights_are_pruned_only_at_the_steps_of_the_plan(Method method, int[] steps)
    {
        var pruner = Pruner(method);
        var left = toy.Parameters.Prunable.Kept;
        for (var epochsDone = 0; epochsDone <= 8; epochsDone++)
        {
            pruner.BeforeEpoch(epochsDone);
            var now = toy.Parameters.Prunable.Kept;
            Assert.Equal(steps.Contains(epochsDone), now < left);
            left = now;
        }
    }

    [Theory]
    [InlineData(Method.Imp)]
    [InlineData(Method.ImpWr)]
    public void The_test_accuracy_before_and_after_a_pruning_and_its_rewinding_is_recorded(Method method)
    {
        // At this sparsity some prediction changes.
        var pruner = Pruner(Toy.Recipe(method, sparsity: 99));
        for (var epoch = 0; epoch < 3; epoch++) Train();
        var trained = Accuracy();

        pruner.BeforeEpoch(2);

        var pruning = Assert.Single(record.Prunings);
        Assert.Equal((2, trained, Accuracy()), (pruning.AfterEpochs, pruning.AccuracyBefore, pruning.AccuracyAfter));
        Assert.NotEqual(pruning.AccuracyBefore, pruning.AccuracyAfter);
        Assert.Equal(
            (toy.Parameters.Prunable.AchievedSparsity, toy.Parameters.Prunable.Compression),
            (pruning.AchievedSparsity, pruning.Compression));

        double Accuracy() => Evaluation.Run(toy.Model, test, Heartbeat.None).Metric(threshold: null).Scores.Accuracy;
    }

    [Fact]
    public void A_pruning_before_the_training_records_no_accuracy()
    {
        Pruner(Method.MpAi).BeforeEpoch(0);
        var pruning = Assert.Single(record.Prunings);
        Assert.Equal(
            (0, null, null, null),
            (pruning.AfterEpochs, pruning.AccuracyBefore, pruning.AccuracyAfter, pruning.Stability));
        Assert.Equal(70, pruning.AchievedSparsity, 0.1);        // the target, except for the rounding of each tensor
    }

    /// <summary>
    /// The last update may diverge without a later loss to show it; the failure must not look like one to retry.
    /// </summary>
    [Theory]
    [InlineData(Method.Imp, Protocol.Sound, float.NaN)]
    [InlineData(Method.Imp, Protocol.Paper, float.PositiveInfinity)]
    [InlineData(Method.Iibp, Protocol.Sound, float.NaN)]
    [InlineData(Method.Iibp, Protocol.Paper, float.NaN)]
    public void Weights_that_are_not_finite_fail_the_run_permanently(Method method, Protocol protocol, float broken)
    {
        var recipe = Toy.Recipe(method) with { Protocol = protocol };
        var values = toy.Parameters.CopyValues();
        values[toy.Parameters.Segments.First(segment => segment.IsPrunable).Offset + 1] = broken;
        toy.Parameters.SetValues(values);

        var failure = Assert.Throws<UntrainableException>(() => Pruner(recipe).BeforeEpoch(recipe.Plan.PruneAfter[0]));

        Assert.Matches(
            "^diverged after [23] epochs: the pruning score of a weight of .* is (NaN|Infinity); lower the learning "
                + "rate$", failure.Message);
    }

    [Fact]
    public void The_impact_gradient_is_that_of_the_mean_loss_over_the_whole_sample()
    {
        int[] sample = [.. Enumerable.Range(7, 33)];
        var ours = Impact(_ => sample).Of(step: 1);

        toy.Parameters.ClearGradients();
        nn.functional.cross_entropy(
            toy.Model.Logits(Array.ConvertAll(sample, train.Text)),
            tensor(Array.ConvertAll(sample, i => (long)train.Labels.ClassAt(i)))).backward();
        Assert.All(ours.Zip(toy.Parameters.CopyGradients()), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    /// <summary>The published code clears the gradient before each batch of ten.</summary>
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
    public void The_impact_sample_has_100_examples_that_depend_on_seed_and_step()
    {
        var order = TrainingOrder.Keyed(Toy.Recipe(Method.Iibp), 1, train);
        Assert.Equal(100, order.ImpactSample(1).Distinct().Count());
        Assert.Equal(order.ImpactSample(1), order.ImpactSample(1));
        Assert.NotEqual(order.ImpactSample(1), order.ImpactSample(2));
        Assert.NotEqual(order.ImpactSample(1), TrainingOrder.Keyed(Toy.Recipe(Method.Iibp), 2, train).ImpactSample(1));
        Assert.Equal(120, TrainingOrder.Keyed(Toy.Recipe(Method.Iibp), 1, train).Batches(0).Sum(batch => batch.Length));
    }

    private Pruner Pruner(Method method) => Pruner(Toy.Recipe(method));

    private Pruner Pruner(Recipe recipe) =>
        new(recipe, seed: 3, toy.Parameters, toy.Optimizer, Impact(_ => [.. Enumerable.Range(0, 100)], recipe.Protocol),
            record);

    private ImpactGradient Impact(Func<int, int[]> sample, Protocol protocol = Protocol.Sound) =>
        new(toy.Model, toy.Parameters, train, protocol, sample, torchSeed: step => step);

    private void Train() => new Trainer(
        toy.Model, toy.Parameters, toy.Optimizer, train,
        new(0, epoch => epoch, _ => [.. Enumerable.Range(0, train.Count).Chunk(15)], _ => [], _ => 0))
        .Run(0, 1, [], Heartbeat.None);
}
