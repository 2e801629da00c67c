using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace PieService.Domain;

/// <summary>
/// Unicode's canonical decomposition: an accented letter becomes the letter and the accent. It has its own table,
/// because .NET's <c>string.Normalize</c> returns its input in invariant globalization, which this service uses on
/// purpose. The table is the same on every machine, which matters because tokens are cached by content.
/// </summary>
public static class CanonicalDecomposition
{
    // Hangul syllables are composed by arithmetic (The Unicode Standard, 3.12).
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, VCount = 21, TCount = 28, SCount =
        19 * VCount * TCount;

    private static readonly FrozenDictionary<int, Rune[]> Table = Read();

    /// <summary>
    /// The code points of a decomposed character, or the character itself. Marks are not put in canonical order.
    /// </summary>
    public static Rune[] Of(Rune rune)
    {
        if (rune.IsAscii) return [rune];
        var syllable = rune.Value - SBase;
        if (syllable is < 0 or >= SCount) return Table.TryGetValue(rune.Value, out var parts) ? parts : [rune];
        Rune[] jamo =
        [
            new(LBase + (syllable / (VCount * TCount))), new(VBase + (syllable % (VCount * TCount) / TCount)),
            new(TBase + (syllable % TCount)),
        ];
        return syllable % TCount == 0 ? jamo[..2] : jamo;
    }

    private static FrozenDictionary<int, Rune[]> Read()
    {
        using var lines = new StreamReader(
            typeof(CanonicalDecomposition).Assembly.GetManifestResourceStream("CanonicalDecompositions.txt")!);
        var table = new Dictionary<int, Rune[]>();
        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var codes = Array.ConvertAll(
                line.Split(' '), code => int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            table.Add(codes[0], Array.ConvertAll(codes[1..], code => new Rune(code)));
        }
        return table.ToFrozenDictionary();
    }
}
