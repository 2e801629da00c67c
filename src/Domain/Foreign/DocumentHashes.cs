using System.Buffers.Binary;

namespace PieService.Domain.Foreign;

/// <summary>
/// The hashes that tools write of the documents of examples (<c>doc_hash</c>), packed: 8 bytes for each example in the
/// order of the positions, 0 for an example without one. A later import into the sweep must have the same.
/// </summary>
public static class DocumentHashes
{
    public const int Bytes = sizeof(ulong);

    /// <returns>Null if no example has a hash.</returns>
    public static byte[]? Pack(IReadOnlyList<ulong> hashes)
    {
        if (hashes.All(hash => hash == 0)) return null;
        var packed = new byte[(long)hashes.Count * Bytes];
        for (var i = 0; i < hashes.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(packed.AsSpan(i * Bytes), hashes[i]);
        return packed;
    }

    /// <param name="position">0-based.</param>
    public static ulong At(byte[] packed, int position) =>
        BinaryPrimitives.ReadUInt64LittleEndian(packed.AsSpan(position * Bytes));

    /// <summary>The hashes of one, and of the other where the one has none.</summary>
    /// <param name="other">Of as many examples.</param>
    public static byte[]? Merge(byte[]? packed, byte[]? other) => packed is null || other is null
        ? packed ?? other
        : Pack([.. Enumerable.Range(0, packed.Length / Bytes).Select(
            position => At(packed, position) is not 0 and var hash ? hash : At(other, position))]);

    /// <summary>The first position at which both have a hash, and not the same one; null if there is none.</summary>
    /// <param name="other">Of as many examples.</param>
    public static int? FirstDifference(byte[] packed, byte[] other)
    {
        for (var position = 0; position < packed.Length / Bytes; position++)
            if (At(packed, position) is not 0 and var one && At(other, position) is not 0 and var another
                && one != another)
                return position;
        return null;
    }
}

/// <summary>The hashes of the documents of an imported sweep; a sweep whose files have none has no row.</summary>
public sealed class SweepDocuments
{
    public Guid SweepId { get; init; }

    /// <summary>See <see cref="DocumentHashes"/>.</summary>
    public required byte[] Hashes { get; set; }
}
