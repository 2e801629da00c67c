using PieService.Domain;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Runs;

public sealed class RunTrainingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> warnings = [];
    private readonly List<EpochFinished> epochs = [];
    private int attempts;

    public RunTrainingTests() => Toy.Dataset().Save(folder["tokens"]);

    public void Dispose() => folder.Dispose();

    public static TheoryData<Method> PruningMethods =>
        [.. Enum.GetValues<Method>().Where(method => PruningRule.Of(method) is not null)];

    [Fact]
    public void Training_learns_the_toy_task()
    {
        var result = Train(Toy.Recipe(Method.Dense, epochs: 6));
        Assert.InRange(Assert.Single(result.Predictions).Metric.Scores.Accuracy, 0.85, 1);
        Assert.InRange(epochs[^1].Metrics[0].Scores.Accuracy, 0.9, 1);
        Assert.True(epochs[^1].Metrics[0].Loss < epochs[0].Metrics[0].Loss);
    }

    [Fact]
    public void Training_learns_with_given_vectors()
    {
        var dataset = TokenisedDataset.Load(folder["tokens"]);
        var chance = KeyedRandom.For("vectors");
        File.WriteAllLines(folder["glove"], dataset.Vocabulary.Select(word =>
            word + string.Concat(Enumerable.Range(0, 16).Select(_ => $" {chance.NextInt(2001) - 1000}e-3"))));
        var vectors = WordVectors.Reduce(folder["glove"], "toy", dataset);
        vectors.Save(folder["vectors"]);

        var result = Train(Toy.Recipe(Method.Dense, epochs: 12, vectors: "toy"), vectors: folder["vectors"]);

        // Chance is a third; the random vectors are frozen, so they do not help with words that occur only in test.
        Assert.InRange(result.Predictions[0].Metric.Scores.Accuracy, 0.5, 1);
        Assert.InRange(epochs[^1].Metrics[0].Scores.Accuracy, 0.9, 1);
        Assert.Equal(vectors.SourceSha256, result.VectorsSha256);
    }

    [Fact]
    public void Every_epoch_is_reported_with_its_train_and_validation_metrics()
    {
        Train(Toy.Recipe(Method.Dense, epochs: 3));
        Assert.Equal([0, 1, 2], epochs.Select(epoch => epoch.Epoch));
        Assert.All(
            epochs, epoch => Assert.Equal(["train", "validation"], epoch.Metrics.Select(metric => metric.Split)));
        Assert.All(epochs, epoch => Assert.Equal(epoch.Epoch + 1, epoch.Checkpoint!.EpochsDone));
    }

    [Fact]
    public void A_checkpoint_stays_until_the_supervisor_has_recorded_a_later_one()
    {
        Train(Toy.Recipe(Method.Imp));
        Assert.Equal(epochs.Select(epoch => epoch.Checkpoint!.Path), Directory.GetFiles(folder["attempt1"]).Order());
    }

    [Theory]
    [InlineData(Method.Dense, 2)]
    [InlineData(Method.Dense4E, null)]
    [InlineData(Method.ImpWr, null)]
    [InlineData(Method.RpAi, null)]
    public void Within_the_interval_only_a_dense_run_writes_a_checkpoint_its_last_one(Method method, int? expected)
    {
        var recipe = Toy.Recipe(method);
        var alwaysWritten = Hash(Train(recipe));
        epochs.Clear();

        var result = new RunTraining(Toy.Cpu with { CheckpointInterval = TimeSpan.FromHours(1) })
            .Execute(Assignment(recipe, 7), Listener(epochs.Add));

        Assert.Equal(alwaysWritten, Hash(result));
        Assert.Equal(recipe.Plan.TotalEpochs, epochs.Count);
        Assert.Equal(
            expected is { } last ? [last] : [],
            epochs.Select(epoch => epoch.Checkpoint?.EpochsDone).OfType<int>());
    }

    [Theory]
    [InlineData(Method.Dense, 2)]     // the observation of the last epoch
    [InlineData(Method.Imp, 1)]       // the third pruning comes after the last epoch
    public void A_split_that_the_finished_model_has_already_predicted_is_not_evaluated_again(Method method, int epochs)
    {
        var recipe = Toy.Recipe(method, epochs: epochs) with { Protocol = Protocol.Paper };
        var split = method == Method.Dense ? TokenisedDataset.Train : TokenisedDataset.Test;
        Assert.Equal(Batches([]), Batches([split]));

        int Batches(string[] predicted)
        {
            var beats = 0;
            new RunTraining(Toy.Cpu).Execute(
                Assignment(recipe, 7) with { PredictSplits = predicted, ObserveEpochs = [recipe.Plan.TotalEpochs - 1] },
                new(_ => { }, warnings.Add, new Heartbeat(() => beats++, CancellationToken.None)));
            return beats;
        }
    }

    [Fact]
    public void A_full_disk_prevents_checkpoints_and_does_not_change_the_result()
    {
        var recipe = Toy.Recipe(Method.Imp, epochs: 1);
        var expected = Hash(Train(recipe));
        epochs.Clear();
        // A write to /dev/full fails because no space is left.
        Directory.CreateDirectory(folder["attempt2"]);
        foreach (var epoch in new[] { 2, 3 })
            File.CreateSymbolicLink(
                Path.Combine(folder["attempt2"], $"checkpoint-{epoch:D4}.safetensors.tmp"), "/dev/full");

        Assert.Equal(expected, Hash(Train(recipe)));

        Assert.Equal([true, false, false, true], epochs.Select(epoch => epoch.Checkpoint is not null));
        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, warning => Assert.Contains("cannot be written", warning, StringComparison.Ordinal));
        Assert.Equal(
            [epochs[0].Checkpoint!.Path, epochs[3].Checkpoint!.Path], Directory.GetFiles(folder["attempt2"]).Order());
    }

    [Fact]
    public void An_unreachable_folder_prevents_checkpoints_and_does_not_change_the_result()
    {
        var recipe = Toy.Recipe(Method.Dense);
        var expected = Hash(Train(recipe));
        File.WriteAllText(folder["file"], "");
        epochs.Clear();

        var result = new RunTraining(Toy.Cpu).Execute(
            Assignment(recipe, 7) with { OutputFolder = Path.Combine(folder["file"], "below") }, Listener(epochs.Add));

        Assert.Equal(expected, Hash(result));
        Assert.All(epochs, epoch => Assert.Null(epoch.Checkpoint));
    }

    [Theory]
    [InlineData(Method.ImpWr)]
    [InlineData(Method.Iibp)]
    public void The_order_the_initial_weights_and_the_impact_sample_can_be_given(Method method)
    {
        var recipe = Toy.Recipe(method, epochs: 1);
        Train(recipe.Dense with { Hyperparameters = recipe.Hyperparameters with { LearningRate = 1e-9 } }, seed: 99);
        var file = SafeTensors.Read(epochs[^1].Checkpoint!.Path);
        var given =
            file.Names.Where(
                name => !name.StartsWith("adam.", StringComparison.Ordinal)
                    && !name.StartsWith("mask.", StringComparison.Ordinal))
                .ToDictionary(name => name, file.Get<float>);
        var (orders, samples) = (new List<int>(), new List<int>());

        // The seeds may decide only what is given here; any other dependence on them would change the result.
        var results = new[] { 1, 2 }.Select(seed => Hash(new RunTraining(Toy.Cpu).Execute(
            Assignment(recipe, seed), Listener(epochs.Add), train => new TrainingOrder(
                seed, _ => 0,
                epoch =>
                {
                    orders.Add(epoch);
                    return [.. Enumerable.Range(0, train.Count).Reverse().Chunk(16)];
                },
                step =>
                {
                    samples.Add(step);
                    return [5, 6, 7];
                },
                _ => 0, given)))).ToList();

        Assert.Equal(results[0], results[1]);
        Assert.NotEqual(results[0], Hash(Train(recipe, seed: 1)));
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3], orders);
        Assert.Equal(method == Method.Iibp ? [1, 2, 3, 1, 2, 3] : [], samples);
    }

    [Fact]
    public void Given_weights_must_match_the_model()
    {
        var recipe = Toy.Recipe(Method.Dense);
        var failure = Assert.Throws<ArgumentException>(() => new RunTraining(Toy.Cpu).Execute(
            Assignment(recipe, 7), Listener(epochs.Add),
            train => TrainingOrder.Keyed(Toy.Recipe(Method.Dense), 7, train) with
            {
                InitialWeights = new Dictionary<string, float[]> { ["fc.weight"] = [1] },
            }));
        Assert.Contains("needs", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_and_another_seed_differs()
    {
        var recipe = Toy.Recipe(Method.IibpWr);
        var first = Hash(Train(recipe));
        Assert.Equal(first, Hash(Train(recipe)));
        Assert.NotEqual(first, Hash(Train(recipe, seed: 8)));
    }

    [Theory]
    [MemberData(nameof(PruningMethods))]
    public void Every_method_reaches_its_sparsity_exactly(Method method)
    {
        var result = Train(Toy.Recipe(method, sparsity: 87.5m, epochs: 1));
        Assert.Equal(10, result.Tensors.Count);
        Assert.All(result.Tensors, tensor => Assert.Equal(
            tensor.Size - (int)decimal.Round(tensor.Size * 0.875m, MidpointRounding.ToEven), tensor.Kept));
        // The weights themselves are pruned, not only the counts.
        var checkpoint = SafeTensors.Read(epochs[^1].Checkpoint!.Path);
        Assert.All(
            result.Tensors,
            tensor => Assert.InRange(checkpoint.Get<float>(tensor.Name).Count(w => w != 0), 0, tensor.Kept));
        Assert.All(
            result.Tensors,
            tensor => Assert.Equal(tensor.Kept, checkpoint.Get<byte>("mask." + tensor.Name).Count(kept => kept == 1)));
    }

    [Theory]
    [MemberData(nameof(PruningMethods))]
    public void With_global_scope_the_whole_model_reaches_its_sparsity_exactly(Method method)
    {
        var tensors = Train(
            Toy.Recipe(method, sparsity: 87.5m, epochs: 1) with { Scope = PruningScope.Global }).Tensors;
        var size = tensors.Sum(tensor => tensor.Size);
        Assert.Equal(
            size - (int)decimal.Round(size * 0.875m, MidpointRounding.ToEven), tensors.Sum(tensor => tensor.Kept));
        Assert.Contains(
            tensors,
            tensor => tensor.Kept != tensor.Size - (int)decimal.Round(tensor.Size * 0.875m, MidpointRounding.ToEven));
    }

    /// <summary>
    /// The share of each step and that of each tensor are rounded; together by less than a weight in 500.
    /// </summary>
    [Theory]
    [InlineData(Method.ImpWr, 2, PruningScope.LayerWise)]
    [InlineData(Method.Irp, 2, PruningScope.LayerWise)]
    [InlineData(Method.Imp, 2, PruningScope.Global)]
    [InlineData(Method.MpAi, 2, PruningScope.Global)]
    [InlineData(Method.RpAi, 2, PruningScope.Global)]
    [InlineData(Method.IrpWr, 2, PruningScope.Global)]
    [InlineData(Method.Imp, 1, PruningScope.LayerWise)]    // the third pruning comes after the last epoch
    public void In_protocol_paper_the_sparsity_is_reached_approximately(Method method, int epochs, PruningScope scope)
    {
        var tensors = Train(Paper(Toy.Recipe(method, epochs: epochs)) with { Scope = scope }).Tensors;
        Assert.Equal(0.3, tensors.Sum(tensor => (double)tensor.Kept) / tensors.Sum(tensor => tensor.Size), 0.002);
    }

    [Fact]
    public void In_protocol_paper_impact_pruning_misses_its_sparsity_if_units_are_inactive()
    {
        // About half of the units of each layer are inactive for all ten examples, so three quarters of the scores of
        // l2 are 0.
        var tensors = Train(Paper(Toy.Recipe(Method.IbpAi, sparsity: 50))).Tensors;
        Assert.Equal(("l2.weight", tensors[^1].Size), (tensors[^1].Name, tensors[^1].Kept));
        Assert.All(
            Train(Toy.Recipe(Method.IbpAi, sparsity: 50)).Tensors,
            tensor => Assert.Equal(0.5, (double)tensor.Kept / tensor.Size, 0.01));
    }

    [Fact]
    public void A_dense_run_keeps_all_weights() =>
        Assert.All(Train(Toy.Recipe(Method.Dense)).Tensors, tensor => Assert.Equal(tensor.Size, tensor.Kept));

    [Theory]
    [Trait("Duration", "Long")]
    [InlineData(Method.Dense)]
    [InlineData(Method.Imp)]
    [InlineData(Method.ImpWr)]
    [InlineData(Method.Iibp)]
    [InlineData(Method.RpAi)]
    [InlineData(Method.Imp, Protocol.Paper)]
    [InlineData(Method.IibpWr, Protocol.Paper)]
    public void A_run_resumed_after_any_epoch_equals_one_that_was_never_stopped(
        Method method, Protocol protocol = Protocol.Sound)
    {
        var recipe = Toy.Recipe(method) with { Protocol = protocol };
        var whole = Train(recipe);
        for (var stop = 1; stop <= recipe.Plan.TotalEpochs; stop++)
        {
            var checkpoint = TrainUntil(recipe, stop);
            epochs.Clear();
            var resumed = Train(recipe, resume: checkpoint);
            Assert.Equal(Hash(whole), Hash(resumed));
            Assert.Equal(whole.Tensors, resumed.Tensors);
            Assert.Equal(whole.Prunings, resumed.Prunings);
            Assert.Equal(recipe.Plan.TotalEpochs - stop, epochs.Count);
        }
        Assert.Empty(warnings);
        Assert.Equal(recipe.Plan.PruneAfter, whole.Prunings.Select(pruning => pruning.AfterEpochs));
    }

    [Theory]
    [Trait("Duration", "Long")]
    [InlineData(Method.Imp)]
    [InlineData(Method.ImpWr)]
    [InlineData(Method.IibpWr)]
    [InlineData(Method.Irp)]
    [InlineData(Method.ImpWr, Protocol.Paper)]
    public void A_branch_from_the_trunk_equals_a_run_that_trained_all_epochs(
        Method method, Protocol protocol = Protocol.Sound)
    {
        var recipe = Toy.Recipe(method) with { Protocol = protocol };
        Train(recipe.Dense);
        var trunk = epochs[^1].Checkpoint;
        epochs.Clear();

        var branch = Train(recipe, trunk: trunk);

        Assert.Equal(Enumerable.Range(2, 6), epochs.Select(epoch => epoch.Epoch));
        var alone = Train(recipe);
        Assert.Equal(Hash(alone), Hash(branch));
        Assert.Equal(alone.Prunings, branch.Prunings);
        Assert.Empty(warnings);
    }

    [Fact]
    [Trait("Duration", "Long")]
    public void An_unusable_checkpoint_is_refused_with_a_reason_and_changes_nothing()
    {
        var recipe = Toy.Recipe(Method.Imp, epochs: 1);
        var expected = Hash(Train(recipe));
        var good = TrainUntil(recipe, 2);
        var bytes = File.ReadAllBytes(good.Path);

        Refused(good with { Path = folder["absent"] }, "absent");
        Refused(Written(bytes[..^100]), "SHA-256");
        Refused(Written(bytes[..^100], rehash: true), "not a valid safetensors file");
        Refused(Written([.. bytes[..^1], (byte)~bytes[^1]]), "SHA-256");
        Refused(good with { EpochsDone = 3 }, "it holds 2 epochs, not 3");
        Refused(good with { EpochsDone = 5 }, "can use 4");
        Refused(TrainUntil(recipe with { Sparsity = 60 }, 2), "recipe");
        Refused(TrainUntil(recipe, 2, seed: 9), "seed");
        Refused(Changed("threads", "2"), "threads");
        Refused(Changed("cpuCapability", "avx1"), "cpuCapability");
        Refused(Changed("device", "cuda"), "device");
        Refused(Changed("vectors", "another file"), "vectors");
        Refused(Changed("format", "pie-checkpoint/0"), "format");
        Refused(Changed("prunings", "none"), "JSON");
        Refused(Changed("prunings", null), "lacks 'prunings'");

        void Refused(CheckpointFile checkpoint, string reason)
        {
            warnings.Clear();
            Assert.Equal(expected, Hash(Train(recipe, resume: checkpoint)));
            Assert.Contains(reason, Assert.Single(warnings), StringComparison.Ordinal);
        }

        CheckpointFile Written(byte[] content, bool rehash = false)
        {
            File.WriteAllBytes(folder["changed"], content);
            var sha256 = rehash ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))
                : good.Sha256;
            return new(folder["changed"], sha256, good.EpochsDone);
        }

        CheckpointFile Changed(string key, string? value)
        {
            var file = SafeTensors.Read(good.Path);
            file.Metadata.Remove(key);
            if (value is not null) file.Metadata[key] = value;
            return new(folder["changed"], file.Write(folder["changed"]), good.EpochsDone);
        }
    }

    [Fact]
    public void A_run_with_an_unusable_checkpoint_starts_from_the_trunk()
    {
        var recipe = Toy.Recipe(Method.Imp, epochs: 1);
        Train(recipe.Dense);
        var trunk = epochs[^1].Checkpoint;
        epochs.Clear();
        Train(recipe, resume: new(folder["absent"], "", 2), trunk: trunk);
        Assert.Equal([1, 2, 3], epochs.Select(epoch => epoch.Epoch));
        Assert.Single(warnings);
    }

    [Fact]
    public void A_trunk_of_another_recipe_is_not_used()
    {
        var recipe = Toy.Recipe(Method.Imp, epochs: 1);
        Train(recipe);
        Train(recipe, trunk: epochs[0].Checkpoint! with { Path = Directory.GetFiles(folder["attempt1"])[0] });
        Assert.Single(warnings);
    }

    [Fact]
    public void A_loss_that_is_not_finite_fails_the_run_permanently()
    {
        var recipe = Toy.Recipe(Method.Dense, epochs: 3);
        recipe = recipe with { Hyperparameters = recipe.Hyperparameters with { LearningRate = 1e30 } };
        var failure = Assert.Throws<UntrainableException>(() => Train(recipe));
        Assert.Matches("^diverged at epoch [0-9]: loss is .*; lower the learning rate$", failure.Message);
    }

    [Fact]
    public void Files_that_do_not_fit_the_recipe_are_refused()
    {
        var recipe = Toy.Recipe(Method.Dense);
        Assert.Throws<UntrainableException>(() => Train(recipe with { DatasetHash = "other" }));
        File.WriteAllText(folder["broken"], "not vectors");
        Assert.Throws<InvalidDataException>(() => Train(recipe with { Vectors = "toy" }, vectors: folder["broken"]));
        File.WriteAllText(folder["tokens"], "not tokens");
        Assert.Throws<InvalidDataException>(() => Train(recipe));
    }

    [Fact]
    public void A_dataset_of_one_class_cannot_be_trained()
    {
        Toy.Dataset(classes: 1).Save(folder["tokens"]);
        Assert.Contains(
            "1 classes", Assert.Throws<UntrainableException>(() => Train(Toy.Recipe(Method.Dense))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_validation_split_only_train_metrics_are_reported()
    {
        Toy.Dataset(validation: 0).Save(folder["tokens"]);
        Train(Toy.Recipe(Method.Dense));
        Assert.All(epochs, epoch => Assert.Single(epoch.Metrics));
    }

    [Fact]
    public void Every_requested_split_is_predicted_in_example_order()
    {
        var result = Train(Toy.Recipe(Method.Dense, epochs: 8), predict: ["test", "train"]);
        Assert.Equal([("test", 40), ("train", 120)], result.Predictions.Select(p => (p.Split, p.Examples)));
        // The labels of the toy data are cyclic, so in any other order the accuracy would be that of chance.
        var train = result.Predictions[1];
        Assert.InRange(
            Enumerable.Range(0, 120).Count(i => PackedPredictions.ClassAt(train.Classes, i) == i % 3), 108, 120);
        Assert.Equal(2 * 3 * 120, train.Scores.Length);
    }

    [Fact]
    public void Observed_epochs_report_predictions_of_train_and_do_not_change_the_result()
    {
        var recipe = Toy.Recipe(Method.Dense, epochs: 4);
        var unobserved = Hash(Train(recipe));
        epochs.Clear();

        var result = new RunTraining(Toy.Cpu).Execute(
            Assignment(recipe, 7) with { PredictSplits = ["test", "train"], ObserveEpochs = [0, 3] },
            Listener(epochs.Add));

        Assert.Equal([0, 3], epochs.Where(epoch => epoch.Observation is not null).Select(epoch => epoch.Epoch));
        Assert.Equal(unobserved, Hash(result));
        // After the last epoch the predictions are those of the finished model.
        Assert.Equal(result.Predictions[1].Scores, epochs[3].Observation!.Scores);
        Assert.Equal(result.Predictions[1].Classes, epochs[3].Observation!.Classes);
        Assert.Equal(("train", 120), (epochs[0].Observation!.Split, epochs[0].Observation!.Examples));
        Assert.NotEqual(epochs[0].Observation!.Scores, epochs[3].Observation!.Scores);
    }

    [Fact]
    public void A_dense_control_of_4E_epochs_that_continues_the_dense_run_equals_one_that_trained_all_epochs()
    {
        var alone = Hash(Train(Toy.Recipe(Method.Dense4E)));
        Train(Toy.Recipe(Method.Dense));
        var trunk = epochs[^1].Checkpoint;
        epochs.Clear();

        Assert.Equal(alone, Hash(Train(Toy.Recipe(Method.Dense4E), trunk: trunk)));
        Assert.Equal([2, 3, 4, 5, 6, 7], epochs.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new RunTraining(Toy.Cpu).Execute(
            Assignment(Toy.Recipe(Method.Dense), 7), Listener(_ => cancellation.Cancel(), cancellation.Token)));
    }

    [Fact]
    public void No_tensor_is_left_behind_by_an_epoch_or_by_the_run()
    {
        const int mask = 1, textsOfSplit = 6;
        // Tensors are counted for each thread, so concurrent tests do not change the counts.
        var counts = new List<long>();
        var before = Live();
        new RunTraining(Toy.Cpu).Execute(
            Assignment(Toy.Recipe(Method.IibpWr), 7), Listener(_ => counts.Add(Live())));
        Assert.Equal(before, Live());
        // From the first pruning on there are the mask and the texts of the test split, on which a pruning is measured.
        Assert.Equal([counts[0], counts[0], .. Enumerable.Repeat(counts[0] + mask + textsOfSplit, 6)], counts);

        static long Live() => TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
    }

    private static Recipe Paper(Recipe recipe) => recipe with { Protocol = Protocol.Paper };

    private TrainingResult Train(
        Recipe recipe, int seed = 7, CheckpointFile? resume = null, CheckpointFile? trunk = null,
        string? vectors = null,
        string[]? predict = null) => new RunTraining(Toy.Cpu).Execute(
        Assignment(recipe, seed) with
        {
            Resume = resume,
            Trunk = trunk,
            VectorsPath = vectors,
            PredictSplits = predict ?? ["test"],
        },
        Listener(epochs.Add));

    private TrainingListener Listener(Action<EpochFinished> epoch, CancellationToken cancellation = default) =>
        new(epoch, warnings.Add, new Heartbeat(() => { }, cancellation));

    /// <summary>Stops a run after some epochs and returns its last checkpoint.</summary>
    private CheckpointFile TrainUntil(Recipe recipe, int epochsDone, int seed = 7)
    {
        using var stop = new CancellationTokenSource();
        CheckpointFile? last = null;
        try
        {
            new RunTraining(Toy.Cpu).Execute(
                Assignment(recipe, seed),
                Listener(epoch =>
                {
                    last = epoch.Checkpoint;
                    if (epoch.Epoch + 1 == epochsDone) stop.Cancel();
                }, stop.Token));
        }
        catch (OperationCanceledException)
        {
        }
        return last!;
    }

    private TrainingAssignment Assignment(Recipe recipe, int seed) => new(
        Guid.Empty, recipe, seed, folder["tokens"], null, folder[$"attempt{++attempts}"], null, null, ["test"]);

    private static string Hash(TrainingResult result) =>
        PackedPredictions.Hash(result.Predictions[0].Classes, result.Predictions[0].Scores);
}
