using PieService.Domain.Recipes;

namespace PieService.Domain.Tests.Recipes;

public class PublishedScheduleTests
{
    /// <summary>The shares that the published code computes.</summary>
    [Theory]
    [InlineData(20, 7.17)]
    [InlineData(50, 20.63)]
    [InlineData(70, 33.06)]
    [InlineData(90, 53.58)]
    [InlineData(99, 78.46)]
    public void Three_steps_prune_the_published_percentages(int target, double percent) =>
        Assert.Equal(percent, PublishedSchedule.PercentPerStep(target, 3), 1e-9);

    /// <summary>The search stops early, near 100 (1 - (1 - t)^(1/3)).</summary>
    [Theory]
    [InlineData(9)]
    [InlineData(66)]
    [InlineData(76)]
    [InlineData(86)]
    [InlineData(98)]
    public void The_search_is_not_the_closed_form(int target) => Assert.Equal(
        0.01,
        Math.Abs(
            PublishedSchedule.PercentPerStep(target, 3) - Math.Round(100 * (1 - Math.Cbrt(1 - (target / 100.0))), 2)),
        1e-9);

    [Theory]
    [InlineData(0.5)]
    [InlineData(12.5)]
    [InlineData(90)]
    public void One_step_prunes_the_target(double target) =>
        Assert.Equal(target, PublishedSchedule.PercentPerStep((decimal)target, 1));

    /// <summary>
    /// The tolerance is that of the search, 1e-5, plus the rounding of x to four decimals: at most 3 x 5e-5.
    /// </summary>
    [Fact]
    public void Any_sparsity_is_reached_approximately()
    {
        decimal[] odd = [0.000001m, 0.01m, 0.123457m, 33.333333m, 66.666667m, 87.5m, 99.9m, 99.99m, 99.999999m];
        Assert.All(odd, target => Assert.Equal(
            1 - ((double)target / 100), Math.Pow(1 - (PublishedSchedule.PercentPerStep(target, 3) / 100), 3), 2e-4));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(100, 3)]
    [InlineData(50, 0)]
    public void A_target_or_a_number_of_steps_out_of_range_is_refused(int target, int steps) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PublishedSchedule.PercentPerStep(target, steps));
}
