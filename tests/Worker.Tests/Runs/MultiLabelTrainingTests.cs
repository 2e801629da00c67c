using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Runs;

public sealed class MultiLabelTrainingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<EpochFinished> epochs = [];
    private int attempts;

    public MultiLabelTrainingTests() => Toy.MultiLabel().Save(folder["tokens"]);

    public void Dispose() => folder.Dispose();

    [Theory]
    [Trait("Duration", "Long")]
    [InlineData(Protocol.Sound)]
    [InlineData(Protocol.Paper)]
    public void Training_learns_the_toy_task(Protocol protocol)
    {
        var recipe = Toy.Recipe(Method.Dense, epochs: 40) with { Protocol = protocol };

        var result = Train(recipe with { Hyperparameters = recipe.Hyperparameters with { HiddenSize = 16 } });

        // A model that always predicts every label has a macro-F1 of 0.5, since a third of the labels is present.
        Assert.InRange(result.Predictions[0].Metric.Scores.MacroF1, 0.7, 1);
        Assert.True(epochs[^1].Metrics[0].Loss < epochs[0].Metrics[0].Loss);
    }

    [Theory]
    [Trait("Duration", "Long")]
    [InlineData(Method.ImpWr, Protocol.Sound)]
    [InlineData(Method.Iibp, Protocol.Sound)]
    [InlineData(Method.IbpAi, Protocol.Paper)]
    [InlineData(Method.ImpWr, Protocol.Paper)]
    public void A_run_resumed_after_any_epoch_equals_one_that_was_never_stopped(Method method, Protocol protocol)
    {
        var recipe = Toy.Recipe(method) with { Protocol = protocol };
        var whole = Train(recipe);
        IReadOnlyList<EpochFinished> all = [.. epochs];
        foreach (var epoch in all)
        {
            var resumed = Train(recipe, resume: epoch.Checkpoint);
            Assert.Equal(whole.Predictions[0].Classes, resumed.Predictions[0].Classes);
            Assert.Equal(whole.Predictions[0].Scores, resumed.Predictions[0].Scores);
            Assert.Equal(whole.Predictions[0].Metric.Threshold, resumed.Predictions[0].Metric.Threshold);
        }
    }

    [Fact]
    public void In_protocol_paper_the_threshold_is_tuned_on_the_predictions_gathered_during_training()
    {
        var moving = new Moving();

        var result = Train(Toy.Recipe(Method.Dense, epochs: 3) with { Protocol = Protocol.Paper }, watcher: moving);

        Assert.Equal(
            moving.Scores.Select(scores => DecisionThreshold.Tune(scores.Gold, scores.Logits)),
            epochs.Select(epoch => epoch.Metrics[0].Threshold!.Value));
        Assert.Equal(120, moving.Scores[0].Gold.Count);
        Assert.All(epochs, epoch => Assert.Equal(epoch.Metrics[0].Threshold, epoch.Metrics[1].Threshold));
        Assert.Equal(epochs[^1].Metrics[0].Threshold, result.Predictions[0].Metric.Threshold);
    }

    [Fact]
    public void In_protocol_sound_the_threshold_is_tuned_on_the_validation_split_after_the_epoch()
    {
        var result = Train(Toy.Recipe(Method.Dense, epochs: 6), predict: ["test", "validation"]);

        var gold = Toy.MultiLabel().Split(TokenisedDataset.Validation).Labels;
        var logits = PackedPredictions.Scores(result.Predictions[1].Scores);
        Assert.Equal(DecisionThreshold.Tune(gold, logits), result.Predictions[0].Metric.Threshold);
        Assert.Equal(epochs[^1].Metrics[1].Threshold, result.Predictions[0].Metric.Threshold);
        Assert.Equal(DecisionThreshold.MacroF1(gold, logits).Max(), epochs[^1].Metrics[1].Scores.MacroF1, 1e-12);
    }

    [Fact]
    public void Without_a_validation_split_the_threshold_is_tuned_on_a_held_out_tenth_of_train()
    {
        Toy.MultiLabel(validation: 0).Save(folder["tokens"]);
        var (first, second) = (new Moving(), new Moving());

        var result = Train(Toy.Recipe(Method.Dense, epochs: 2), predict: ["test", "train"], watcher: first);
        Train(Toy.Recipe(Method.Dense, epochs: 2), seed: 8, watcher: second);

        Assert.Equal(108, first.Scores[0].Gold.Count);
        // All seeds hold out the same examples, and the predictions cover all of train.
        Assert.Equal(first.Scores[0].Gold.Bytes, second.Scores[0].Gold.Bytes);
        Assert.Equal(120, result.Predictions[1].Examples);
    }

    [Fact]
    public void In_protocol_paper_every_example_is_trained_on()
    {
        Toy.MultiLabel(validation: 0).Save(folder["tokens"]);
        var moving = new Moving();
        Train(Toy.Recipe(Method.Dense, epochs: 1) with { Protocol = Protocol.Paper }, watcher: moving);
        Assert.Equal(120, moving.Scores[0].Gold.Count);
    }

    [Fact]
    public void A_single_training_example_is_refused_in_protocol_sound()
    {
        Toy.MultiLabel(train: 1, validation: 0).Save(folder["tokens"]);
        Assert.Contains(
            "threshold", Assert.Throws<UntrainableException>(() => Train(Toy.Recipe(Method.Dense))).Message,
            StringComparison.Ordinal);
        Assert.NotNull(Train(Toy.Recipe(Method.Dense, epochs: 1) with
        {
            Protocol = Protocol.Paper,
        }).Predictions[0].Metric.Threshold);
    }

    [Fact]
    public void Single_label_data_has_no_threshold()
    {
        Toy.Dataset().Save(folder["tokens"]);
        Assert.Null(Train(Toy.Recipe(Method.Dense, epochs: 1)).Predictions[0].Metric.Threshold);
    }

    private TrainingResult Train(
        Recipe recipe, int seed = 7, CheckpointFile? resume = null, string[]? predict = null,
        ITrainingHook? watcher = null)
    {
        epochs.Clear();
        return new RunTraining(Toy.Cpu).Execute(
            new(Guid.Empty, recipe, seed, folder["tokens"], null, folder[$"attempt{++attempts}"], resume, null, predict
                ?? ["test"]),
            new(epochs.Add, warning => Assert.Fail(warning), Heartbeat.None),
            train => TrainingOrder.Keyed(recipe, seed, train), watcher);
    }

    private sealed class Moving : ITrainingHook
    {
        public List<SplitLogits> Scores { get; } = [];

        public void BeforeEpoch(int epochsDone)
        {
        }

        public void AfterEpoch(int epochsDone, TrainedEpoch trained) => Scores.Add(trained.Moving);
    }
}
