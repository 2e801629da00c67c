using PieService.Domain.Recipes;

namespace PieService.Domain.Tests.Recipes;

public class PruningPlanTests
{
    [Theory]
    [InlineData(Method.Dense, 5, new int[0], 0)]
    [InlineData(Method.Dense4E, 20, new int[0], 5)]
    [InlineData(Method.MpAi, 5, new[] { 0 }, 0)]
    [InlineData(Method.Imp, 20, new[] { 5, 10, 15 }, 5)]
    [InlineData(Method.ImpWr, 20, new[] { 5, 10, 15 }, 5)]
    public void Iterative_methods_prune_after_each_of_three_equal_segments(
        Method method, int total, int[] pruneAfter, int shared)
    {
        var plan = PruningPlan.For(method, 5, Protocol.Sound);

        Assert.Equal((total, shared), (plan.TotalEpochs, plan.SharedEpochs));
        Assert.Equal(pruneAfter, plan.PruneAfter);
    }

    /// <summary>The segments have E + 1, E, E and E - 1 epochs; the E epochs of the dense run are shared.</summary>
    [Theory]
    [InlineData(Method.Dense, 39, 39, new int[0], 0)]
    [InlineData(Method.RpAi, 39, 39, new[] { 0 }, 0)]
    [InlineData(Method.Imp, 39, 156, new[] { 40, 79, 118 }, 39)]
    [InlineData(Method.IibpWr, 2, 8, new[] { 3, 5, 7 }, 2)]
    [InlineData(Method.Irp, 1, 4, new[] { 2, 3, 4 }, 1)]
    public void Protocol_paper_prunes_an_epoch_later(Method method, int epochs, int total, int[] pruneAfter, int shared)
    {
        var plan = PruningPlan.For(method, epochs, Protocol.Paper);

        Assert.Equal((total, shared), (plan.TotalEpochs, plan.SharedEpochs));
        Assert.Equal(pruneAfter, plan.PruneAfter);
    }

    /// <summary>
    /// round-half-even(N (1 - (1 - t)^(j/3))), computed independently of this code, for tensors of the study.
    /// </summary>
    [Theory]
    [InlineData(120_000, 50, new[] { 24_756, 44_405, 60_000 })]
    [InlineData(32_768, 90, new[] { 17_558, 25_708, 29_491 })]
    [InlineData(51_200, 99, new[] { 40_169, 48_824, 50_688 })]
    public void After_each_step_exactly_the_planned_share_of_a_tensor_is_pruned(int size, int sparsity, int[] pruned) =>
        Assert.Equal(pruned, Enumerable.Range(1, 3).Select(step => PruningPlan.PrunedCount(size, sparsity, step, 3)));

    [Theory]
    [InlineData(5, 50, 2)]
    [InlineData(7, 50, 4)]
    [InlineData(1000, 12.05, 120)]
    [InlineData(1000, 12.15, 122)]
    public void The_last_step_uses_exact_decimal_arithmetic_and_rounds_halves_to_even(
        int size, double sparsity, int pruned) =>
        Assert.Equal(pruned, PruningPlan.PrunedCount(size, (decimal)sparsity, 1, 1));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100, 1)]
    [InlineData(50, 0)]
    [InlineData(50, 4)]
    public void A_sparsity_or_a_step_out_of_range_is_refused(int sparsity, int step) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningPlan.PrunedCount(10, sparsity, step, 3));

    [Fact]
    public void Every_method_of_the_paper_has_a_score_a_schedule_and_a_choice_of_rewinding()
    {
        var rules = Enum.GetValues<Method>().Select(PruningRule.Of).OfType<PruningRule>().ToList();

        Assert.Equal(9, rules.Distinct().Count());
        Assert.DoesNotContain(rules, rule => rule.Rewinds && rule.Schedule == PruningSchedule.AtInitialization);
    }
}
