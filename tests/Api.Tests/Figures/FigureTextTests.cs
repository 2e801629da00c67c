using PieService.Api.Figures;
using PieService.Api.Figures.Drawing;

namespace PieService.Api.Tests.Figures;

/// <summary>What the texts of a figure state without its caption.</summary>
public sealed class FigureTextTests
{
    [Fact]
    public void Classes_of_one_target_are_at_this_target_of_the_method()
    {
        var texts = TextsOf(KnownFigures.Classes(["no", "yes"], targets: 1)).Select(text => text.Text).ToList();

        Assert.Contains("1", texts);
        Assert.Contains("Target sparsity of IMP (%)", texts);
        Assert.Contains("PIE rate (%)", texts);
    }

    [Fact]
    public void Classes_with_too_few_examples_have_no_bar_of_colours()
    {
        var texts = TextsOf(KnownFigures.Classes(["no"], targets: 2)).Select(text => text.Text).ToList();

        Assert.Contains("Gold label", texts);
        Assert.DoesNotContain("PIE rate (%)", texts);
    }

    [Theory]
    [InlineData("overlap", "Target sparsity 90 %")]
    [InlineData("influence", "EL2N bin after epoch 0 (1: least influential, 20: most)")]
    [InlineData("influence", "IIBP at 90 %")]
    [InlineData("readability", "PIEs of IMP at 90 % / others (log scale)")]
    [InlineData("map", "(b) PIEs of MP-AI at 90 %")]
    [InlineData("pie-rate", "95 % interval over 1000 examples (Wilson)")]
    [InlineData("effectiveness-of-two-runs", "A run, where a cohort has two")]
    [InlineData("trajectory", "Votes of 30 runs by target sparsity")]
    public void A_figure_names_its_cohorts_and_its_numbers(string name, string text) =>
        Assert.Contains(text, TextsOf(KnownFigures.All[name]).Select(found => found.Text));

    [Fact]
    public void The_bars_of_the_map_end_at_a_tick_as_its_axes_do()
    {
        var texts = TextsOf(KnownFigures.All["map"]);
        var top = texts.Where(text => text.Text == "1").Min(text => text.Box.Top);

        Assert.Equal(
            ["1", "1", "100", "2000"],
            texts.Where(text => Math.Abs(text.Box.Top - top) < 0.01).Select(text => text.Text)
                .Order(StringComparer.Ordinal));
    }

    private static List<(string Text, Box Box)> TextsOf(Figure figure)
    {
        var sheet = new MeasuredSheet();
        figure.PictureOf(KnownFigures.Look(figure)).Draw(sheet);
        return sheet.Texts;
    }
}
