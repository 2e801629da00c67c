using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Training;

public sealed class EpochLossesTests
{
    private const string Diverged = "diverged at epoch 3: loss is NaN; lower the learning rate";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_losses_are_read_in_their_order(bool readOnce)
    {
        using var losses = new EpochLosses(3, 2, CPU, readOnce);
        losses.Add(tensor(0.1f));
        losses.Add(tensor(2.5f, requires_grad: true));
        Assert.Equal([0.1f, 2.5f], losses.Read());
    }

    [Fact]
    public void A_loss_that_is_not_a_number_is_found_at_once_on_the_processor()
    {
        using var losses = new EpochLosses(3, 2, CPU);
        Assert.Equal(Diverged, Assert.Throws<UntrainableException>(() => losses.Add(tensor(float.NaN))).Message);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_is_found_at_the_end_if_the_losses_are_read_once()
    {
        using var losses = new EpochLosses(3, 3, CPU, readOnce: true);
        losses.Add(tensor(1f));
        losses.Add(tensor(float.NaN));
        losses.Add(tensor(float.PositiveInfinity));
        Assert.Equal(Diverged, Assert.Throws<UntrainableException>(losses.Read).Message);
    }

    [Fact]
    public void No_tensor_remains()
    {
        var before = Tensor.TotalCount;
        using (var loss = tensor(1f))
        using (var losses = new EpochLosses(0, 1, CPU, readOnce: true))
        using (NewDisposeScope())
        {
            losses.Add(loss);
            losses.Read();
        }
        Assert.Equal(before, Tensor.TotalCount);
    }
}
