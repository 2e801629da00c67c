using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public class StratifiedSplitTests
{
    private static readonly string[] Names = ["common", "rare", "single"];
    private static readonly SplitFractions Fractions = new() { Validation = 0.1m, Test = 0.25m, Seed = 7 };

    /// <summary>1000 examples of the first label, 30 of the second and one of the third, mixed.</summary>
    private static readonly ushort[] Labels =
        [.. Enumerable.Range(0, 1031).Select(i => (ushort)(i == 500 ? 2 : i % 34 == 3 && i < 1020 ? 1 : 0))];

    [Fact]
    public void Every_label_is_divided_by_the_fractions_rounded_half_to_even()
    {
        var splits = StratifiedSplit.Assign(Labels, Names, Fractions);

        // 30 * 0.25 = 7.5 is rounded to 8; 1 * 0.25 and 1 * 0.1 are rounded to 0.
        Assert.Equal((250, 100, 650), Counts(splits, 0));
        Assert.Equal((8, 3, 19), Counts(splits, 1));
        Assert.Equal((0, 0, 1), Counts(splits, 2));
    }

    /// <summary>
    /// The share of the first label in validation, 1.2, is rounded to all that its share of the test split leaves.
    /// </summary>
    [Fact]
    public void Numbers_of_examples_leave_each_label_one_for_training_if_they_can()
    {
        var labels = Enumerable.Range(0, 20).Select(i => (ushort)(i < 3 ? 0 : 1)).ToArray();

        var splits = StratifiedSplit.Assign(labels, ["a", "b"], new() { Test = 10, Validation = 8, Seed = 7 });

        Assert.Equal(
            [(Split.Train, 2), (Split.Validation, 8), (Split.Test, 10)],
            splits.CountBy(split => split).OrderBy(split => split.Key).Select(split => (split.Key, split.Value)));
        Assert.Single(splits[..3], Split.Train);
        Assert.Single(splits[3..], Split.Train);
    }

    [Fact]
    public void The_same_seed_gives_the_same_split_and_another_seed_another_split()
    {
        var splits = StratifiedSplit.Assign(Labels, Names, Fractions);

        Assert.Equal(splits, StratifiedSplit.Assign(Labels, Names, Fractions));
        Assert.NotEqual(splits, StratifiedSplit.Assign(Labels, Names, Fractions with { Seed = 8 }));
    }

    [Fact]
    public void A_label_is_divided_by_its_name_not_by_its_number()
    {
        var renumbered = Labels.Select(label => (ushort)(2 - label)).ToArray();

        Assert.Equal(
            StratifiedSplit.Assign(Labels, Names, Fractions),
            StratifiedSplit.Assign(renumbered, [.. Names.Reverse()], Fractions));
    }

    private static (int Test, int Validation, int Train) Counts(Split[] splits, int label)
    {
        var of = splits.Where((_, i) => Labels[i] == label).CountBy(split => split).ToDictionary();
        return (of.GetValueOrDefault(Split.Test), of.GetValueOrDefault(Split.Validation), of.GetValueOrDefault(
            Split.Train));
    }
}
