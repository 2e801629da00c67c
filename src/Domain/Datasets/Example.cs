using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PieService.Domain.Datasets;

/// <summary>One text, or pair of texts, with its gold labels.</summary>
public sealed class Example
{
    public Guid DatasetId { get; init; }
    public Split Split { get; init; }

    /// <summary>0-based position in its split, in source order; packed predictions have this order.</summary>
    public int Position { get; init; }

    public Guid Id { get; init; }

    /// <summary>The id of the example in the source: the value of the id column, else file and line.</summary>
    public required string SourceId { get; init; }
    public required string Text { get; init; }
    public string? SecondText { get; init; }

    /// <summary>Indices into the dataset's labels; one for single-label data.</summary>
    public required short[] Labels { get; init; }

    /// <summary>
    /// The values of the attributes of the dataset by name, without those that the example does not have; null if it
    /// has none.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>
    /// The id of an example is derived from its dataset, split and position, so it can be computed without a query.
    /// </summary>
    public static Guid IdOf(Guid dataset, Split split, int position)
    {
        Span<byte> key = stackalloc byte[24];
        dataset.TryWriteBytes(key, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(key[16..], (int)split);
        BinaryPrimitives.WriteInt32BigEndian(key[20..], position);
        var id = SHA256.HashData(key).AsSpan(0, 16);
        id[6] = (byte)((id[6] & 0x0F) | 0x80); // version 8 and the RFC 9562 variant: a UUID by a scheme of our own
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
