using PieService.Domain.Recipes;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

public sealed class TrainerProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A line that has the predictions of several splits may be longer than the longest string.</summary>
    [Fact]
    public void A_trainer_sends_the_predictions_of_each_split_by_themselves()
    {
        Toy.Dataset().Save(folder["tokens"]);
        var sent = new List<TrainerMessage>();

        var last = TrainerProcess.Train(
            Toy.Cpu,
            new(Guid.Empty, Toy.Recipe(Method.Dense), 7, folder["tokens"], null, folder["output"], null, null,
                ["test", "train"]),
            sent.Add);

        Assert.Equal(["test", "train"], sent.Select(message => message.Predictions?.Split).OfType<string>());
        Assert.Empty(last.Result!.Predictions);
    }
}
