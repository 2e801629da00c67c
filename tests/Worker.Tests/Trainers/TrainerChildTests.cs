using System.Diagnostics;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.TestSupport;
using PieService.Worker.Machines;
using PieService.Worker.Runs;
using PieService.Worker.Trainers;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Trainers;

/// <summary>The supervisor's side of a run; a shell sends what a trainer would.</summary>
public sealed class TrainerChildTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A pipe of Linux holds 64 KiB; the heartbeats are several times as many bytes.</summary>
    [Fact]
    public async Task A_trainer_goes_on_while_an_epoch_is_recorded_and_its_messages_keep_their_order()
    {
        Write("first", [new(Epoch: Epoch(0)), .. Enumerable.Repeat(new TrainerMessage(IsAlive: true), 4_000)]);
        Write("rest", [new(Epoch: Epoch(1)), new(Note: "a note"), new(Result: Result)]);
        Assert.InRange(new FileInfo(folder["first"]).Length, 4 * 64 * 1024, long.MaxValue);
        using var trainer = Trainer("read assignment; cat first; echo native; touch sent; cat rest; read next");
        var report = new Report(() => Until.HoldsAsync(() => Task.FromResult(File.Exists(folder["sent"]))));

        var result = await trainer.TrainAsync(Assignment, report, CancellationToken.None);

        Assert.Equal(["epoch 0", "epoch 1", "a note"], report.Heard);
        Assert.Equal((Result.Device, 1, true), (result.Device, trainer.RunsDone, trainer.IsAlive));
    }

    [Fact]
    public async Task What_a_trainer_sent_before_it_ended_is_recorded()
    {
        Write("first", [new(Epoch: Epoch(0)), new(Note: "a note")]);
        using var trainer = Trainer("read assignment; cat first; echo native; exit 3");
        var report = new Report(() => Task.CompletedTask);

        var failure = await Assert.ThrowsAsync<TrainerFailedException>(
            () => trainer.TrainAsync(Assignment, report, CancellationToken.None));

        Assert.Equal(["epoch 0", "a note"], report.Heard);
        Assert.EndsWith("native", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_predictions_of_a_result_are_those_of_the_messages_before_it()
    {
        var scores = new LabelScores(1, 1, 1, 1, 1, 1, 1);
        TrainerMessage Of(string split) =>
            new(Predictions: new(split, 1, 2, [0, 0], [1, 2, 3, 4], new EpochMetric(split, 0.5, scores, null)));
        Write("messages", [Of("test"), Of("train"), new(Result: Result)]);
        using var trainer = Trainer("read assignment; cat messages; read next");

        var result = await trainer.TrainAsync(Assignment, new Report(() => Task.CompletedTask), CancellationToken.None);

        Assert.Equal(["test", "train"], result.Predictions.Select(split => split.Split));
        Assert.Equal([1, 2, 3, 4], result.Predictions[0].Scores);
    }

    private TrainerChild Trainer(string script) => new(
        WorkerSettings.From(_ => null), slot: 0, new ProcessStartInfo("/bin/sh", ["-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder[""],
        });

    private void Write(string file, TrainerMessage[] messages) =>
        File.WriteAllLines(folder[file], messages.Select(Json.Write));

    private TrainingAssignment Assignment => new(
        Guid.Empty, Toy.Recipe(Method.Dense), 0, folder["tokens"], null, folder["output"], null, null, ["test"]);

    private static EpochFinished Epoch(int epoch) => new(epoch, [], 1, null);

    private static TrainingResult Result { get; } = new(
        [], [], [], "cpu", "avx2", 1, "", new(new("AuthenticAMD", 26, 2, "AMD EPYC"), "libtorch", "glibc"));

    /// <summary>What was reported, in order.</summary>
    /// <param name="untilRecorded">Records an epoch.</param>
    private sealed class Report(Func<Task> untilRecorded) : ITrainingReport
    {
        public List<string> Heard { get; } = [];

        public async Task EpochAsync(EpochFinished epoch)
        {
            await untilRecorded();
            Heard.Add($"epoch {epoch.Epoch}");
        }

        public Task NoteAsync(string note)
        {
            Heard.Add(note);
            return Task.CompletedTask;
        }

        public void Warn(string warning) => Heard.Add(warning);
    }
}
