using System.Text;
using PieService.Api.Figures.Drawing;

namespace PieService.Api.Tests.Figures;

public sealed class FontTests
{
    [Fact]
    public void The_width_of_a_text_is_the_sum_of_its_glyphs()
    {
        Assert.Equal(
            Font.Regular.Width("I", 1000) + Font.Regular.Width("M", 1000) + Font.Regular.Width("P", 1000),
            Font.Regular.Width("IMP", 1000), 9);
        Assert.NotEqual(Font.Regular.Width("IMP", 7), Font.SemiBold.Width("IMP", 7));
        Assert.Equal(2 * Font.Regular.Width("0", 7), Font.Regular.Width("0", 14), 9);
    }

    [Fact]
    public void A_character_that_the_font_lacks_is_one_em_wide()
    {
        Assert.False(Font.Regular.Has("猫"));
        Assert.Equal(7, Font.Regular.Width("猫", 7));
        Assert.True(Font.Regular.Has("naïve − 95 % → √n ±"));
    }

    [Fact]
    public void A_long_text_is_cut_between_characters_that_a_reader_sees_as_one()
    {
        var cut = Font.Regular.Cut(new string('n', 200), 7, 50);

        Assert.EndsWith("…", cut, StringComparison.Ordinal);
        Assert.True(Font.Regular.Width(cut, 7) <= 50);
        Assert.True(Font.Regular.Width($"n{cut}", 7) > 50);
        Assert.Equal("short", Font.Regular.Cut("short", 7, 50));
        // The woman, the joiner and the laptop are one character.
        Assert.Equal("a…", Font.Regular.Cut("a👩‍💻👩‍💻", 7, 13));
    }

    [Fact]
    public void A_subset_has_the_outlines_and_widths_of_its_characters_only()
    {
        var characters = "Ä1".EnumerateRunes().ToHashSet();

        var subset = Woff.Read(Woff.ToWoff(FontSubset.Of(Font.Regular, characters)));

        Assert.Equal(
            "Ä1".EnumerateRunes().OrderBy(rune => rune).Select(rune => rune.Value),
            CharacterMap.Read(subset["cmap"]).Keys.Order());
        Assert.Equal(
            CharacterMap.Read(Font.Regular.Tables["cmap"])['1'], CharacterMap.Read(subset["cmap"])['1']);
        // Ä is composed of A and a diaeresis, whose outlines are kept: more than two glyphs, but not the whole font.
        Assert.InRange(subset["glyf"].Length, 200, 3000);
        Assert.Equal(Font.Regular.Tables["maxp"], subset["maxp"]);
    }

    [Fact]
    public void A_TrueType_file_has_the_checksums_of_its_tables()
    {
        var file = Woff.ToTrueType(FontSubset.Of(Font.SemiBold, new HashSet<Rune> { new('a') }));

        var sum = 0u;
        for (var i = 0; i < file.Length; i += 4)
            unchecked { sum += System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(i)); }

        // The specification of OpenType defines the adjustment in head so that the sum of the file is this number.
        Assert.Equal(0xB1B0AFBA, sum);
    }
}
