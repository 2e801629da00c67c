using PieService.Worker.Training;

namespace PieService.Worker.Tests.Training;

public class MaskTests
{
    [Fact]
    public void A_full_mask_keeps_everything() =>
        Assert.Equal((3, 0, 0.0), (Mask.Full(3).Kept, Mask.Full(3).Pruned, Mask.Full(3).Sparsity));

    [Fact]
    public void A_mask_knows_its_sparsity() => Assert.Equal(0.75, Mask.Of([0, 1, 0, 0]).Sparsity);

    [Fact]
    public void Only_0_and_1_are_masks() => Assert.Throws<ArgumentException>(() => Mask.Of([0, 1, 2]));

    [Fact]
    public void A_weight_is_pruned_once() => Assert.Throws<ArgumentException>(() => Mask.Of([0, 1]).Without([0]));

    [Fact]
    public void A_mask_without_some_is_within_it_but_not_the_other_way()
    {
        var mask = Mask.Of([1, 1, 0]);
        Assert.True(mask.Without([1]).IsWithin(mask));
        Assert.False(mask.IsWithin(mask.Without([1])));
        Assert.False(mask.IsWithin(Mask.Full(2)));
    }

    [Fact]
    public void What_was_made_from_a_mask_does_not_change_it()
    {
        var mask = Mask.Full(2);
        mask.Without([0]);
        Assert.Equal(2, mask.Kept);
    }
}
