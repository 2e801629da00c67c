using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>
/// A font whose file is a resource of this program: its widths, from which every layout is computed, so that the layout
/// is the same on every machine and in every format.
/// </summary>
/// <remarks>Texts have no kerning and no ligatures, in the layout and in the files.</remarks>
public sealed class Font
{
    public const string Family = "IBM Plex Sans";

    private const string Ellipsis = "…";

    private readonly Dictionary<int, int> glyphs;
    private readonly int[] advances;
    private readonly double unitsPerEm;

    private Font(int weight, string resource)
    {
        Weight = weight;
        using var stream = typeof(Font).Assembly.GetManifestResourceStream(resource)!;
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        Tables = Woff.Read(file);
        glyphs = CharacterMap.Read(Tables["cmap"]);
        unitsPerEm = BinaryPrimitives.ReadUInt16BigEndian(Tables["head"].AsSpan(18));
        var count = BinaryPrimitives.ReadUInt16BigEndian(Tables["hhea"].AsSpan(34));
        advances = [.. Enumerable.Range(0, count)
            .Select(i => (int)BinaryPrimitives.ReadUInt16BigEndian(Tables["hmtx"].AsSpan(4 * i)))];
    }

    public static Font Regular { get; } = new(400, "IBMPlexSans-Regular.woff");

    public static Font SemiBold { get; } = new(600, "IBMPlexSans-SemiBold.woff");

    /// <summary>The weight as CSS has it.</summary>
    public int Weight { get; }

    public SortedDictionary<string, byte[]> Tables { get; }

    public bool Has(Rune rune) => glyphs.ContainsKey(rune.Value);

    /// <summary>Whether the font has a glyph for each character. Control characters have none.</summary>
    public bool Has(string text) => text.EnumerateRunes().All(Has);

    internal int GlyphOf(Rune rune) => glyphs.GetValueOrDefault(rune.Value);

    /// <summary>The width of a text in the unit of the size. A character that the font lacks is 1 em wide.</summary>
    public double Width(string text, double size)
    {
        var units = 0.0;
        foreach (var rune in text.EnumerateRunes())
            units += glyphs.TryGetValue(rune.Value, out var glyph)
                ? advances[Math.Min(glyph, advances.Length - 1)] : unitsPerEm;
        return units * size / unitsPerEm;
    }

    /// <summary>
    /// Returns the text, or its longest beginning that is followed by … and is not wider than this. Characters that a
    /// reader sees as one are not divided.
    /// </summary>
    public string Cut(string text, double size, double width)
    {
        if (Width(text, size) <= width) return text;
        var starts = StringInfo.ParseCombiningCharacters(text);
        for (var kept = starts.Length - 1; kept > 0; kept--)
        {
            var cut = text[..starts[kept]].TrimEnd() + Ellipsis;
            if (Width(cut, size) <= width) return cut;
        }
        return Ellipsis;
    }
}
