using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Domain.Tests.Runs;

public class TrainingCostTests
{
    private static readonly SplitSummary Train =
        new(Split.Train, 1000, [500, 500], new TokenLengths(20, 20, 40, 60), []);

    private static readonly Recipe BiLstm = new(
        "d", Architecture.BiLstm, "glove", new Hyperparameters(MaxLength: 50), Protocol.Sound, Method.Dense, 0);

    private static readonly Recipe Bert = BiLstm with
    {
        Architecture = Architecture.Bert,
        Vectors = null,
        Checkpoint = "small",
    };

    private static readonly TrainingCost Guess = new([]);

    /// <summary>
    /// 300-dimensional vectors, hidden size 100, and its number of parameters without the classifier.
    /// </summary>
    [Fact]
    public void The_size_of_a_BiLstm_checkpoint_follows_from_the_weights_of_the_study() =>
        Assert.Equal((563_200 + 51_456 + 32_896) * 13L, Guess.CheckpointBytes(BiLstm, Train));

    [Fact]
    public void Pads_take_time_if_they_are_read() => Assert.Equal(
        50.0 / 20, Guess.EpochSeconds(BiLstm with
        {
            Protocol = Protocol.Paper,
        }, Train) / Guess.EpochSeconds(BiLstm, Train), precision: 9);

    [Fact]
    public void The_sizes_of_the_models_of_the_workers_replace_those_of_the_study()
    {
        var cost = new TrainingCost(
            [new("small", ModelKind.Bert, 384, 6, 22_713_216, "a"), new("glove", ModelKind.Vectors, 100, null, 1, "b"),
                new("small", ModelKind.Vectors, 1, null, 1, "c")]);

        Assert.Equal(22_713_216 * 13L, cost.CheckpointBytes(Bert, Train));
        Assert.Equal(109_482_240 * 13L, cost.CheckpointBytes(Bert with { Checkpoint = "other" }, Train));
        // half the layers, half the width
        Assert.True(cost.EpochSeconds(Bert, Train) < Guess.EpochSeconds(Bert, Train) / 7);
        Assert.True(cost.EpochSeconds(BiLstm, Train) < Guess.EpochSeconds(BiLstm, Train));
    }

    [Fact]
    public void Word_vectors_have_the_same_size_under_each_of_their_names()
    {
        var cost = new TrainingCost([new("glove", ModelKind.Vectors, 100, null, 1, "b", Aliases: ["glove.txt"])]);

        Assert.Equal(
            cost.CheckpointBytes(BiLstm, Train), cost.CheckpointBytes(BiLstm with { Vectors = "glove.txt" }, Train));
    }

    [Fact]
    public void The_size_of_a_model_includes_its_trained_embedding() =>
        Assert.True(Guess.ModelBytes(BiLstm with { Vectors = null }, Train) > Guess.ModelBytes(BiLstm, Train));
}
