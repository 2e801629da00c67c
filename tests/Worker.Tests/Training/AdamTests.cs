using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Training;

public class AdamTests
{
    private static readonly int[][] Texts = [[0, 1, 2], [2, 1]];

    [Fact]
    public void Twenty_steps_equal_those_of_torch_bit_for_bit()
    {
        using var ours = Model();
        using var theirs = Model();
        using var parameters = new ParameterBuffer(ours);
        using var adam = new Adam(parameters, 0.01);
        using var torchAdam = optim.Adam(theirs.parameters(), 0.01);
        for (var step = 0; step < 20; step++)
        {
            parameters.ClearGradients();
            Loss(ours).backward();
            adam.Step();
            theirs.zero_grad();
            Loss(theirs).backward();
            torchAdam.step();
        }
        foreach (var (mine, other) in ours.named_parameters().Zip(theirs.named_parameters()))
            Assert.True(mine.parameter.eq(other.parameter).all().item<bool>(), mine.name);
        Assert.Equal(20, adam.Steps);
    }

    [Fact]
    public void Cleared_moments_are_those_of_a_new_optimizer()
    {
        using var model = Model();
        using var parameters = new ParameterBuffer(model);
        using var adam = new Adam(parameters, 0.01);
        Loss(model).backward();
        adam.Step();
        adam.Clear();
        Assert.Equal(0, adam.Steps);
        Assert.All(adam.CopyMoments().First, moment => Assert.Equal(0, moment));
        Assert.All(adam.CopyMoments().Second, moment => Assert.Equal(0, moment));
    }

    private static Tensor Loss(Classifier model) =>
        model.Logits(Array.ConvertAll(Texts, text => new TextInput(text))).square().sum();

    private static BiLstmClassifier Model()
    {
        manual_seed(4);
        return new(new([1, 2, 3], 4, 5, null), 7, 3, CPU);
    }
}
