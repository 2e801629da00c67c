using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Training;

public sealed class EvaluatedSplitsTests : IDisposable
{
    private readonly TokenisedDataset dataset = Toy.Dataset();
    private readonly ToyModel toy = new();
    private readonly EvaluatedSplits evaluated;

    public EvaluatedSplitsTests() => evaluated = new(toy.Model, toy.Parameters, Heartbeat.None);

    public void Dispose() => toy.Dispose();

    public static TheoryData<string> Changes => ["a step", "a pruning", "a loaded state"];

    [Fact]
    public void A_split_is_evaluated_once_while_the_parameters_do_not_change()
    {
        var (validation, test) = (dataset.Split(TokenisedDataset.Validation), dataset.Split(TokenisedDataset.Test));
        var first = evaluated.Of(test);
        Assert.NotSame(first, evaluated.Of(validation));
        Assert.Same(first, evaluated.Of(test));
        Assert.Equal(Evaluation.Run(toy.Model, test, Heartbeat.None).Logits, first.Logits);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_split_is_evaluated_again_after_the_parameters_have_changed(string change)
    {
        var test = dataset.Split(TokenisedDataset.Test);
        var before = evaluated.Of(test);
        switch (change)
        {
            case "a step":
                new Trainer(
                    toy.Model, toy.Parameters, toy.Optimizer, dataset.Split(TokenisedDataset.Train),
                    new(0, _ => 0, _ => [[0, 1, 2]], _ => [], _ => 0)).Run(0, 1, [], Heartbeat.None);
                break;
            case "a pruning":
                toy.Parameters.Prune(toy.Parameters.Masks.ToDictionary(
                    mask => mask.Key, mask => mask.Value.Without([0, 1, 2])));
                break;
            case "a loaded state":
                toy.Parameters.SetValues(Array.ConvertAll(toy.Parameters.CopyValues(), value => 2 * value));
                break;
        }

        Assert.NotEqual(before.Logits, evaluated.Of(test).Logits);
        Assert.Equal(Evaluation.Run(toy.Model, test, Heartbeat.None).Logits, evaluated.Of(test).Logits);
    }
}
