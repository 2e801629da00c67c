using System.Diagnostics;
using PieService.Domain;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Pruning;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// A dense run of the demo's size: the first and a later one of a process, and the parts of a run, each measured alone.
/// The parts do not contain the compilation of methods.
/// </summary>
internal static class SmallRun
{
    private const int Classes = 2, Seed = 0;

    private static readonly Recipe Recipe = new(
        "bench", Architecture.BiLstm, null,
        new(Epochs: 10, BatchSize: 32, LearningRate: 0.005, MaxLength: 32, HiddenSize: 32, EmbeddingSize: 32),
        Protocol.Sound, Method.Dense, 0);

    private static readonly TrainerSettings Settings = new("cpu", Threads: 1, TimeSpan.FromSeconds(10));

    // The epochs that a sweep of 10 epochs observes by default.
    private static readonly int[] Observed = [0, 3, 6, 8, 9];

    public static void Run()
    {
        var scratch = Directory.CreateTempSubdirectory("pie-bench-");
        var (tokens, output) = (Path.Combine(scratch.FullName, "tokens"), Path.Combine(scratch.FullName, "run"));
        Texts().Save(tokens);

        Measured.Say($"{"milliseconds",-28} {"processor",9} {"elapsed",8} {"share",6}");
        Say("the first run of the process", Once(() => Train(tokens, output)), null);
        var later = Median(() => Train(tokens, output), repetitions: 9);
        Say("a later run", later, null);
        Parts(tokens, output, later.Processor);
        var test = Train(tokens, output).Predictions[0];
        Measured.Say($"the predictions of the run: {PackedPredictions.Hash(test.Classes, test.Scores)}");
        scratch.Delete(recursive: true);
    }

    private static TrainingResult Train(string tokens, string output) => new RunTraining(Settings).Execute(
        new(Guid.Empty, Recipe, Seed, tokens, null, output, null, null, [TokenisedDataset.Test],
            ObserveEpochs: Observed),
        new(epoch => Json.Write(epoch), Console.Error.WriteLine, Heartbeat.None));

    private static void Parts(string tokens, string output, double whole)
    {
        var dataset = TokenisedDataset.Load(tokens);
        var splits = new[] { TokenisedDataset.Train, TokenisedDataset.Validation, TokenisedDataset.Test }
            .ToDictionary(name => name, name => dataset.Split(name).Truncated(Recipe.Hyperparameters.MaxLength));
        var train = splits[TokenisedDataset.Train];
        var machine = Settings.Prepare();
        using var model = Model(dataset);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, Recipe.Hyperparameters.LearningRate);
        var trainer = new Trainer(model, parameters, optimizer, train, TrainingOrder.Keyed(Recipe, Seed, train));
        var prunings = new PruningRecord(
            new(model, parameters, Heartbeat.None), parameters, splits[TokenisedDataset.Test]);
        var identity = new CheckpointIdentity(RecipeFingerprint.Of(Recipe), Seed, null, machine);
        var epochs = Recipe.Plan.TotalEpochs;

        Part("read the tokens", 1, () => TokenisedDataset.Load(tokens));
        Part("make the model", 1, () =>
        {
            using var made = Model(dataset);
            using var buffer = new ParameterBuffer(made);
            using var adam = new Adam(buffer, Recipe.Hyperparameters.LearningRate);
        });
        Part("train an epoch", epochs, () => trainer.Run(0, 1, [], Heartbeat.None));
        Part("predict validation", epochs, () => Evaluation.Run(model, splits[TokenisedDataset.Validation],
            Heartbeat.None));
        Part("predict train", Observed.Length, () => Evaluation.Run(model, train, Heartbeat.None).Pack(null));
        Part("predict test", 1, () => Evaluation.Run(model, splits[TokenisedDataset.Test], Heartbeat.None).Pack(null));
        Part("write a checkpoint", 1,
            () => Checkpoint.Save(output, identity, 1, parameters, optimizer, prunings));

        void Part(string name, int count, Action work)
        {
            var (processor, elapsed) = Median(work, repetitions: 15);
            Say($"  {name}, {count} x", (count * processor, count * elapsed), count * processor / whole);
        }
    }

    private static BiLstmClassifier Model(TokenisedDataset dataset) => new(
        InputVectors.Trained(dataset, Recipe.Hyperparameters.MaxLength, Recipe.Hyperparameters.EmbeddingSize),
        Recipe.Hyperparameters.HiddenSize, Classes, CPU);

    /// <summary>As many texts as the demo has, of its lengths, of as many words.</summary>
    private static TokenisedDataset Texts()
    {
        var random = KeyedRandom.For("bench", "small");
        var builder = new TokenisedDatasetBuilder("bench", Classes);
        foreach (var (split, count) in new[]
                 {
                     (TokenisedDataset.Train, 600), (TokenisedDataset.Validation, 120), (TokenisedDataset.Test, 400),
                 })
            for (var i = 0; i < count; i++)
                builder.Add(
                    split, [.. Enumerable.Range(0, 5 + random.NextInt(15)).Select(_ => $"w{random.NextInt(200)}")],
                    i % Classes);
        return builder.Build();
    }

    private static (double Processor, double Elapsed) Median(Action work, int repetitions)
    {
        var times = Enumerable.Range(0, repetitions).Select(_ => Once(work)).ToList();
        return (Middle(times.Select(time => time.Processor)), Middle(times.Select(time => time.Elapsed)));

        static double Middle(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
    }

    private static (double Processor, double Elapsed) Once(Action work)
    {
        using var scope = NewDisposeScope();
        var (processor, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        work();
        return ((Environment.CpuUsage.TotalTime - processor).TotalSeconds,
            Stopwatch.GetElapsedTime(clock).TotalSeconds);
    }

    private static void Say(string part, (double Processor, double Elapsed) seconds, double? share) => Measured.Say(
        $"{part,-28} {1000 * seconds.Processor,9:F0} {1000 * seconds.Elapsed,8:F0} "
            + $"{(share is { } known ? $"{known,6:P0}" : "")}");
}
