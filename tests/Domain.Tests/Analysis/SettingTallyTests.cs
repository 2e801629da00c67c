using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Tests.Pies;

namespace PieService.Domain.Tests.Analysis;

/// <summary>Ten examples that the baseline answers with 0, and settings that answer some of them with 1.</summary>
public class SettingTallyTests
{
    private static readonly int[] Strata = [.. Enumerable.Repeat(9, 10)];

    [Fact]
    public void Examples_are_counted_by_the_settings_that_change_them()
    {
        var settings = Tally(
            new(1, 3, Paired: false), [Zeros], [Changed(0, 1, 2, 3, 4), Changed(0, 1), Changed(0, 9)]);

        Assert.Equal(3, settings.Settings);
        Assert.Equal([0, 1, 2, 3], settings.ByChanged.Select(row => row.Changed));
        Assert.Equal([4, 4, 1, 1], settings.ByChanged.Select(row => row.Examples));
        // The settings change 0.5, 0.2 and 0.2 of the examples.
        double[] expected =
        [
            10 * 0.5 * 0.8 * 0.8,
            10 * ((0.5 * 0.8 * 0.8) + (2 * 0.5 * 0.2 * 0.8)),
            10 * ((2 * 0.5 * 0.2 * 0.8) + (0.5 * 0.2 * 0.2)),
            10 * 0.5 * 0.2 * 0.2,
        ];
        foreach (var (row, number) in settings.ByChanged.Zip(expected))
        {
            Assert.Equal(number, row.Expected, 12);
            Assert.Equal(number, row.ExpectedGivenMargin, 12);
            Assert.Equal(row.Examples / number, row.Ratio!.Value, 12);
        }
    }

    [Fact]
    public void Paired_settings_are_compared_with_the_run_of_their_seed()
    {
        var settings = Tally(
            new(2, 2, Paired: true), [Zeros, Changed(0, 1)], [Changed(0), Changed(0)]);

        // The first setting changes example 0, and the second one example 1.
        Assert.Equal([8, 2, 0], settings.ByChanged.Select(row => row.Examples));
    }

    [Fact]
    public void Unpaired_settings_are_compared_with_the_majority_of_the_baseline()
    {
        var settings = Tally(
            new(3, 1, Paired: false), [Zeros, Zeros, Changed(0, 1)], [Changed(0)]);

        Assert.Equal([9, 1], settings.ByChanged.Select(row => row.Examples));
    }

    /// <summary>Both settings change the five border examples, and no other.</summary>
    [Fact]
    public void The_margin_of_the_baseline_explains_what_border_examples_have_in_common()
    {
        int[] strata = [0, 0, 0, 0, 0, 9, 9, 9, 9, 9];

        var settings = Tally(
            new(1, 2, Paired: false), [Zeros], [Changed(0, 1, 2, 3, 4), Changed(0, 1, 2, 3, 4)], strata);

        Assert.Equal((5, 2.5, 5), Both(settings.ByChanged[2]));
        Assert.Equal((0, 5, 0), Both(settings.ByChanged[1]));
        Assert.Null(settings.ByChanged[1].RatioGivenMargin);

        static (int, double, double) Both(ChangedExamples row) =>
            (row.Examples, Math.Round(row.Expected, 12), Math.Round(row.ExpectedGivenMargin, 12));
    }

    private static int[] Zeros => Changed();

    private static int[] Changed(params int[] examples) =>
        [.. Enumerable.Range(0, 10).Select(i => examples.Contains(i) ? 1 : 0)];

    private static ChangedBySettings Tally(
        ComparedCohorts cohorts, int[][] dense, int[][] pruned, int[]? strata = null)
    {
        var tally = new SettingTally(cohorts);
        tally.Add(
            new ComparedAnswers(
                Answers.Packed(Zeros), [.. dense.Select(run => Answers.Packed(run))],
                [.. pruned.Select(run => Answers.Packed(run))]),
            strata ?? Strata);
        return tally.Settings();
    }
}
