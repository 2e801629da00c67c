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
