using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Tests.Pies;

namespace PieService.Domain.Tests.Analysis;

/// <summary>Ten examples that the baseline answers with 0, and settings that answer some of them with 1.</summary>
public class SettingTallyTests
{
    [Fact]
    public void Examples_are_counted_by_the_settings_that_change_them()
    {
        var settings = Tally(
            new(2, 3, Paired: false), [Zeros, Zeros], [Changed(0, 1, 2, 3, 4), Changed(0, 1), Changed(0, 9)]);

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
            Assert.Equal(number, row.ExpectedGivenMargin!.Value, 12);
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

    /// <summary>Both settings change the five examples on which the three runs of the baseline differ, and no
    /// other.</summary>
    [Fact]
    public void The_margin_of_the_baseline_explains_what_border_examples_have_in_common()
    {
        var border = Changed(0, 1, 2, 3, 4);

        var settings = Tally(new(3, 2, Paired: false), [Zeros, Zeros, border], [border, border]);

        Assert.Equal((5, 2.5, 5), Both(settings.ByChanged[2]));
        Assert.Equal((0, 5, 0), Both(settings.ByChanged[1]));
        Assert.Null(settings.ByChanged[1].RatioGivenMargin);
        Assert.Null(settings.MarginReason);

        static (int, double, double) Both(ChangedExamples row) =>
            (row.Examples, Math.Round(row.Expected, 12), Math.Round(row.ExpectedGivenMargin!.Value, 12));
    }

    [Fact]
    public void The_votes_of_one_run_of_the_baseline_have_no_margins()
    {
        var border = Changed(0, 1, 2, 3, 4);

        var settings = Tally(new(1, 2, Paired: false), [Zeros], [border, border]);

        Assert.Equal([2.5, 5, 2.5], settings.ByChanged.Select(row => row.Expected));
        Assert.All(
            settings.ByChanged, row => Assert.Equal((null, null), (row.ExpectedGivenMargin, row.RatioGivenMargin)));
        Assert.Contains("has one run", settings.MarginReason, StringComparison.Ordinal);
    }

    private static int[] Zeros => Changed();

    private static int[] Changed(params int[] examples) =>
        [.. Enumerable.Range(0, 10).Select(i => examples.Contains(i) ? 1 : 0)];

    /// <summary>The strata are those of the votes of the dense runs.</summary>
    private static ChangedBySettings Tally(ComparedCohorts cohorts, int[][] dense, int[][] pruned)
    {
        var tally = new SettingTally(cohorts);
        tally.Add(
            new ComparedAnswers(
                Answers.Packed(Zeros), [.. dense.Select(run => Answers.Packed(run))],
                [.. pruned.Select(run => Answers.Packed(run))]),
            [.. Enumerable.Range(0, Zeros.Length).Select(i =>
            {
                var changed = dense.Sum(run => run[i]);
                return OverlapGivenMargin.Stratum(
                    LearningTask.SingleLabel, [dense.Length - changed, changed], dense.Length);
            })]);
        return tally.Settings();
    }
}
