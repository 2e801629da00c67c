using System.Globalization;
using System.Text.Json;
using PieService.Domain.Recipes;
using PieService.Golden;

namespace PieService.Domain.Tests.Recipes;

public sealed class GoldenScheduleTests
{
    [Theory]
    [InlineData("iterative_three_steps", 3)]
    [InlineData("one_step", 1)]
    public void Every_step_prunes_the_published_percentage(string name, int steps) =>
        Assert.All(
            GoldenFolder.Json("schedule.json").GetProperty(name).EnumerateObject(),
            (JsonProperty golden) => Assert.Equal(
                golden.Value.GetDouble(),
                PublishedSchedule.PercentPerStep(decimal.Parse(golden.Name, CultureInfo.InvariantCulture), steps),
                1e-9));
}
