using PieService.Worker.Pruning;

namespace PieService.Worker.Tests.Pruning;

public class WeightImportanceTests
{
    [Fact]
    public void Magnitude_is_the_absolute_weight() =>
        Assert.Equal([2, 0, 1.5], WeightImportance.Magnitude([-2, -0f, 1.5f]));

    [Fact]
    public void Impact_is_the_absolute_product() =>
        Assert.Equal([6, 0, 2], WeightImportance.Impact([-2, 5, 4], [3, 0, -0.5f]));

    [Fact]
    public void Impact_does_not_underflow() => Assert.True(WeightImportance.Impact([1e-30f], [1e-30f])[0] > 0);

    [Fact]
    public void Random_scores_depend_on_seed_step_and_tensor_alone()
    {
        var key = new PruningKey(3, 1, "a");
        Assert.Equal(WeightImportance.Random(5, key), WeightImportance.Random(9, key)[..5]);
        Assert.NotEqual(WeightImportance.Random(5, key), WeightImportance.Random(5, key with { Seed = 4 }));
        Assert.NotEqual(WeightImportance.Random(5, key), WeightImportance.Random(5, key with { Step = 2 }));
        Assert.NotEqual(WeightImportance.Random(5, key), WeightImportance.Random(5, key with { Tensor = "b" }));
    }
}
