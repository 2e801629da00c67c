using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Analysis;

public class SubgroupTallyTests
{
    private static readonly UInt128[] Membership = [1, 1, 3, 2, 0, 0];
    private static readonly bool[] IsPie = [true, false, false, true, false, true];

    [Fact]
    public void Blocks_of_examples_give_the_same_as_all_examples_at_once()
    {
        var answers = Answers();
        var (whole, parts) = (Tally(answers, [0, 1, 2]), Tally(answers, [0, 1, 2]));

        whole.Add(answers, Membership, IsPie);
        foreach (var (start, count) in new[] { (0, 1), (1, 3), (4, 2) })
            parts.Add(
                new(
                    answers.Gold.Slice(start, count), [.. answers.Dense.Select(run => run.Slice(start, count))],
                    [.. answers.Pruned.Select(run => run.Slice(start, count))]),
                Membership.AsSpan(start, count), IsPie.AsSpan(start, count));

        Assert.Equal(whole.Effects(), parts.Effects());
    }

    [Fact]
    public void The_rows_of_one_class_have_the_same_rates_as_among_all_classes()
    {
        var answers = Answers();
        var (all, one) = (Tally(answers, [0, 1, 2]), Tally(answers, [2]));
        all.Add(answers, Membership, IsPie);
        one.Add(answers, Membership, IsPie);

        Assert.Equal(
            all.Effects().Where(effect => effect.Class == 2).Select(Rates), one.Effects().Select(Rates));

        static (int, SubgroupRate?, SubgroupRate?) Rates(SubgroupEffect effect) =>
            (effect.Subgroup, effect.FalsePositives?.Rate, effect.FalseNegatives?.Rate);
    }

    [Fact]
    public void A_label_of_multi_label_data_has_errors_of_its_own()
    {
        // Gold: {0}, {0, 1}, {}. The dense run is right; the pruned run predicts {1}, {0, 1}, {1}.
        var gold = Sets([0], [0, 1], []);
        var answers = new ComparedAnswers(gold, [gold], [Sets([1], [0, 1], [1])]);
        var tally = new SubgroupTally(1, 2, [0, 1], (1, 1));
        tally.Add(answers, [1, 1, 0], [true, false, true]);

        var (first, second) = (tally.Effects()[0], tally.Effects()[1]);

        // Label 0 is missed in one of the two examples of the group that have it; the group has no others.
        Assert.Equal((0.0, 0.5), (first.FalseNegatives!.Rate.Dense, first.FalseNegatives.Rate.Pruned));
        Assert.Null(first.FalsePositives);
        // Label 1 is predicted for the only example of the group without it.
        Assert.Equal(1, second.FalsePositives!.Rate.Pruned);
        Assert.Equal(0, second.FalseNegatives!.Rate.Pruned);
        Assert.Equal((2, 0.5, 1.0), (first.Examples, first.Pies!.Group, first.Pies.Rest));
    }

    private static SubgroupTally Tally(ComparedAnswers answers, int[] classes) =>
        new(2, answers.Gold.ClassCount, classes, (answers.Dense.Count, answers.Pruned.Count));

    private static ComparedAnswers Answers() => new(
        PackedLabels.OfClasses(3, 0, 1, 2, 0, 1, 2),
        [PackedLabels.OfClasses(3, 0, 1, 2, 0, 1, 1), PackedLabels.OfClasses(3, 0, 1, 1, 0, 1, 2)],
        [PackedLabels.OfClasses(3, 1, 1, 0, 2, 1, 0), PackedLabels.OfClasses(3, 0, 2, 2, 2, 1, 2)]);

    private static PackedLabels Sets(params short[][] labels) =>
        PackedLabels.Of(LearningTask.MultiLabel, 2, labels);
}
