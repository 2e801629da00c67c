using System.Buffers.Binary;

namespace PieService.Domain.Pies;

/// <summary>
/// The votes of a cohort for each of the C classes as little-endian uint16: 2 C bytes, where an array of PostgreSQL has
/// 20 bytes more. The SQL function pie_votes unpacks them.
/// </summary>
public static class PackedVotes
{
    /// <param name="into">2 C bytes.</param>
    public static void Pack(ReadOnlySpan<int> votes, Span<byte> into)
    {
        for (var c = 0; c < votes.Length; c++)
            BinaryPrimitives.WriteUInt16LittleEndian(into[(2 * c)..], (ushort)votes[c]);
    }

    public static int[] Unpack(byte[] packed)
    {
        var votes = new int[packed.Length / 2];
        for (var c = 0; c < votes.Length; c++) votes[c] = Of(packed, c);
        return votes;
    }

    /// <summary>The votes for a class; in a query, the SQL function pie_class.</summary>
    public static int Of(byte[] packed, int c) => BinaryPrimitives.ReadUInt16LittleEndian(packed.AsSpan(2 * c));
}
