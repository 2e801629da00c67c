using PieService.Worker.Training;

namespace PieService.Worker.Tests.Training;

public class MaskTests
{
    [Fact]
    public void A_full_mask_keeps_all_weights() =>
        Assert.Equal((3, 0, 0.0), (Mask.Full(3).Kept, Mask.Full(3).Pruned, Mask.Full(3).Sparsity));

    [Fact]
    public void The_sparsity_of_a_mask_is_its_share_of_zeros() => Assert.Equal(0.75, Mask.Of([0, 1, 0, 0]).Sparsity);

    [Fact]
    public void A_mask_has_only_the_values_0_and_1() => Assert.Throws<ArgumentException>(() => Mask.Of([0, 1, 2]));

    [Fact]
    public void A_pruned_weight_cannot_be_pruned_again() =>
        Assert.Throws<ArgumentException>(() => Mask.Of([0, 1]).Without([0]));

    [Fact]
    public void A_further_pruned_mask_is_within_the_original_but_not_the_reverse()
    {
        var mask = Mask.Of([1, 1, 0]);
        Assert.True(mask.Without([1]).IsWithin(mask));
        Assert.False(mask.IsWithin(mask.Without([1])));
        Assert.False(mask.IsWithin(Mask.Full(2)));
    }

    [Fact]
    public void Pruning_a_mask_does_not_change_the_original()
    {
        var mask = Mask.Full(2);
        mask.Without([0]);
        Assert.Equal(2, mask.Kept);
    }
}
