using PieService.Api.Figures.Drawing;

namespace PieService.Api.Tests.Figures;

public sealed class PaletteTests
{
    /// <summary>WCAG 2.2 requires a contrast of 3 for graphics and of 4.5 for text.</summary>
    [Fact]
    public void Marks_and_texts_can_be_told_from_the_background()
    {
        foreach (var theme in new[] { Theme.Light, Theme.Dark })
        {
            Assert.All(theme.Families, colour => Assert.InRange(colour.Contrast(theme.Background), 3, 21));
            Assert.InRange(theme.Ink.Contrast(theme.Background), 4.5, 21);
            Assert.InRange(theme.Muted.Contrast(theme.Background), 4.5, 21);
        }
    }

    [Fact]
    public void A_number_can_be_read_on_every_colour_of_a_ramp()
    {
        foreach (var ramp in new[] { Ramp.Blues, Ramp.Oranges })
        {
            for (var share = 0; share <= 100; share++)
            {
                var colour = ramp.At(share / 100.0);
                Assert.InRange(colour.Contrast(colour.TextOnIt), 4.5, 21);
            }
        }
    }

    [Fact]
    public void A_ramp_becomes_darker_with_the_value()
    {
        var luminances = Enumerable.Range(0, 101).Select(share => Ramp.Blues.At(share / 100.0).Luminance).ToList();

        Assert.Equal(luminances.OrderDescending(), luminances);
    }
}
