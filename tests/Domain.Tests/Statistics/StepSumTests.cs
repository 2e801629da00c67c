using PieService.Domain.Statistics;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Statistics;

public class StepSumTests
{
    /// <summary>200 distributions of 100 values, no two of them equal, in [0.1, 1].</summary>
    private static readonly Dictionary<NullDistribution, int> Counts = Enumerable.Range(0, 200).ToDictionary(
        i => NullDistribution.Of([
            .. Enumerable.Range(1, 99).Select(value => 0.1 + (0.9 * value / 100) + (i / 1e5)), 1.0]),
        i => 1 + (i % 3));

    [Fact]
    public void Many_steps_are_rounded_to_few_and_the_sum_is_never_smaller()
    {
        var (exact, rounded) = (Sum(mostExact: 20_000), Sum(mostExact: 19_999));

        Assert.Equal((200 * 99) + 1, exact.Places.Count());
        Assert.InRange(rounded.Places.Count(), 2, 4 * 1024);
        for (var t = 0.1; t < 1; t += 0.001)
            Assert.InRange(rounded.At(t), exact.At(t) - 1e-9, exact.At(t * (1 + (1 / 1024.0))) + 1e-9);
        Close(exact.At(1), rounded.At(1));
    }

    private static StepSum Sum(int mostExact) => new(Counts, (f, _) => f, mostExact);
}
