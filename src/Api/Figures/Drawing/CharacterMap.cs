using System.Buffers.Binary;
using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>The table cmap of a font: the glyph of each character.</summary>
public static class CharacterMap
{
    /// <summary>Reads the Unicode subtable of the format 4 or 12; a font without one has no characters.</summary>
    public static Dictionary<int, int> Read(ReadOnlySpan<byte> table)
    {
        var map = new Dictionary<int, int>();
        for (var i = 0; i < Short(table, 2); i++)
        {
            var subtable = table[checked((int)BinaryPrimitives.ReadUInt32BigEndian(table[(8 + (8 * i))..]))..];
            if (Short(table, 4 + (8 * i)) is not (0 or 3)) continue;
            if (Short(subtable, 0) == 4) ReadSegments(subtable, map);
            if (Short(subtable, 0) == 12) ReadGroups(subtable, map);
        }
        return map;
    }

    /// <summary>Writes a table with one subtable of the format 12 that has a group for each character.</summary>
    public static byte[] Write(IEnumerable<(Rune Character, int Glyph)> characters)
    {
        var all = characters.OrderBy(character => character.Character).ToList();
        var table = new byte[12 + 16 + (12 * all.Count)];
        Write(0, 0, 1);
        Write(4, 3, 10);
        Write(8, 0, 12);
        Write(12, 12, 0);
        Write(16, 0, table.Length - 12);
        Write(24, 0, all.Count);
        foreach (var (index, (character, glyph)) in all.Index())
        {
            var group = table.AsSpan(28 + (12 * index));
            BinaryPrimitives.WriteInt32BigEndian(group, character.Value);
            BinaryPrimitives.WriteInt32BigEndian(group[4..], character.Value);
            BinaryPrimitives.WriteInt32BigEndian(group[8..], glyph);
        }
        return table;

        void Write(int offset, int high, int low) =>
            BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(offset), ((uint)high << 16) + (uint)low);
    }

    private static void ReadSegments(ReadOnlySpan<byte> subtable, Dictionary<int, int> map)
    {
        var doubled = Short(subtable, 6);
        for (var i = 0; i < doubled; i += 2)
        {
            var (end, start) = (Short(subtable, 14 + i), Short(subtable, 16 + doubled + i));
            var (delta, at) = (Short(subtable, 16 + (2 * doubled) + i), 16 + (3 * doubled) + i);
            var offset = Short(subtable, at);
            for (var character = start; character <= end && character < 0xFFFF; character++)
            {
                var glyph = offset == 0 ? character : Short(subtable, at + offset + (2 * (character - start)));
                if (glyph != 0) glyph = (glyph + delta) & 0xFFFF;
                if (glyph != 0) map[character] = glyph;
            }
        }
    }

    private static void ReadGroups(ReadOnlySpan<byte> subtable, Dictionary<int, int> map)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(subtable[12..]);
        for (var i = 0; i < count; i++)
        {
            var group = subtable[(16 + (12 * i))..];
            var start = BinaryPrimitives.ReadInt32BigEndian(group);
            var glyph = BinaryPrimitives.ReadInt32BigEndian(group[8..]);
            for (var character = start; character <= BinaryPrimitives.ReadInt32BigEndian(group[4..]); character++)
                map[character] = glyph + character - start;
        }
    }

    private static int Short(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);
}
