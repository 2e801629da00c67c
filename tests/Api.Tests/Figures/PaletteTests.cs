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
        foreach (var ramp in new[] { Ramp.Blues, Ramp.Oranges, Ramp.LightBlues, Ramp.LightOranges })
        {
            for (var share = 0; share <= 100; share++)
            {
                var colour = ramp.At(share / 100.0);
                Assert.InRange(colour.Contrast(colour.TextOnIt), 4.5, 21);
            }
        }
    }

    /// <summary>
    /// A contrast of 1.4 is that of #D9D9D9 on white: a hexagon of the lowest value can be seen beside an empty one.
    /// </summary>
    [Fact]
    public void A_ramp_begins_with_a_colour_that_can_be_seen_and_has_more_contrast_with_the_value()
    {
        foreach (var theme in new[] { Theme.Light, Theme.Dark })
        {
            foreach (var ramp in new[] { theme.Blues, theme.Oranges })
            {
                var contrasts = Enumerable.Range(0, 101)
                    .Select(share => ramp.At(share / 100.0).Contrast(theme.Background)).ToList();

                Assert.InRange(contrasts[0], 1.4, 21);
                Assert.Equal(contrasts.Order(), contrasts);
            }
        }
    }
}
