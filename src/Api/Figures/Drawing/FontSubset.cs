using System.Buffers.Binary;
using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>
/// A font with the outlines of some characters only. The glyphs keep their numbers, so no table that names them must
/// change; the outlines of the others become empty.
/// </summary>
public static class FontSubset
{
    /// <summary>The tables that a browser and FreeType require, and those of the hints.</summary>
    private static readonly string[] Kept =
    [
        "OS/2", "cmap", "cvt ", "fpgm", "gasp", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post", "prep",
    ];

    // Bits of a component of a composite glyph.
    private const int HasWords = 1, HasScale = 8, HasMore = 32, HasTwoScales = 64, HasMatrix = 128;

    public static SortedDictionary<string, byte[]> Of(Font font, IReadOnlySet<Rune> characters)
    {
        var tables = font.Tables;
        var offsets = Offsets(tables["loca"], isLong: tables["head"][51] == 1);
        HashSet<int> used = [0];
        foreach (var character in characters) Add(font.GlyphOf(character), tables["glyf"], offsets, used);

        var (glyf, loca) = (new MemoryStream(), new byte[4 * offsets.Length]);
        for (var glyph = 0; glyph < offsets.Length - 1; glyph++)
        {
            if (used.Contains(glyph)) glyf.Write(tables["glyf"].AsSpan(offsets[glyph]..offsets[glyph + 1]));
            BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * (glyph + 1)), (int)glyf.Length);
        }
        var subset = new SortedDictionary<string, byte[]>(
            Kept.Where(tables.ContainsKey).ToDictionary(tag => tag, tag => tables[tag]), StringComparer.Ordinal)
        {
            ["glyf"] = glyf.ToArray(),
            ["loca"] = loca,
            ["head"] = [.. tables["head"]],
            ["cmap"] = CharacterMap.Write(
                characters.Where(font.Has).Select(character => (character, font.GlyphOf(character)))),
            ["hmtx"] = WithoutUnused(tables["hmtx"], used),
            ["post"] = WithoutNames(tables["post"]),
        };
        subset["head"][51] = 1; // loca has long offsets
        return subset;
    }

    /// <summary>Adds a glyph, and the glyphs of which it is composed.</summary>
    private static void Add(int glyph, byte[] glyf, int[] offsets, HashSet<int> used)
    {
        if (!used.Add(glyph) || offsets[glyph] == offsets[glyph + 1]) return;
        var outline = glyf.AsSpan(offsets[glyph]..offsets[glyph + 1]);
        if (BinaryPrimitives.ReadInt16BigEndian(outline) >= 0) return;
        for (int at = 10, flags = HasMore; (flags & HasMore) != 0;)
        {
            flags = BinaryPrimitives.ReadUInt16BigEndian(outline[at..]);
            Add(BinaryPrimitives.ReadUInt16BigEndian(outline[(at + 2)..]), glyf, offsets, used);
            at += 4 + ((flags & HasWords) != 0 ? 4 : 2)
                + ((flags & HasScale) != 0 ? 2 : (flags & HasTwoScales) != 0 ? 4 : (flags & HasMatrix) != 0 ? 8 : 0);
        }
    }

    private static int[] Offsets(byte[] loca, bool isLong) =>
    [
        .. Enumerable.Range(0, loca.Length / (isLong ? 4 : 2)).Select(i => isLong
            ? BinaryPrimitives.ReadInt32BigEndian(loca.AsSpan(4 * i))
            : 2 * BinaryPrimitives.ReadUInt16BigEndian(loca.AsSpan(2 * i))),
    ];

    /// <summary>The widths of the other glyphs become 0: they compress well.</summary>
    private static byte[] WithoutUnused(byte[] hmtx, HashSet<int> used)
    {
        byte[] kept = [.. hmtx];
        for (var glyph = 0; 4 * (glyph + 1) <= kept.Length; glyph++)
            if (!used.Contains(glyph)) kept.AsSpan(4 * glyph, 4).Clear();
        return kept;
    }

    /// <summary>The version 3 of this table has no names of glyphs.</summary>
    private static byte[] WithoutNames(byte[] post)
    {
        byte[] kept = post[..32];
        BinaryPrimitives.WriteUInt32BigEndian(kept, 0x00030000);
        return kept;
    }
}
