using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PieService.Domain.Datasets;

/// <summary>
/// Counts texts that occur twice without keeping them: it needs 16 bytes for each example, 80 MB for five million.
/// Among five million texts, the probability that two different texts have the same 64 bits of SHA-256 is one in a
/// million.
/// </summary>
internal sealed class TextCensus(int examples)
{
    private readonly Seen[] seen = new Seen[examples];
    private int count, empty, withoutLabel, quoted;

    /// <param name="labels">The labels of the example, ascending.</param>
    public void Add(Split split, string text, string? secondText, ReadOnlySpan<short> labels)
    {
        seen[count++] = new Seen(HashOf(text, secondText), HashOf(labels), (byte)split);
        if (Invisible.IsBlank(text) || (secondText is not null && Invisible.IsBlank(secondText))) empty++;
        if (labels.IsEmpty) withoutLabel++;
        if (IsQuoted(text) || (secondText is not null && IsQuoted(secondText))) quoted++;
    }

    public TextQuality Count()
    {
        Array.Sort(seen, 0, count);
        var (duplicates, inTwoSplits, conflicting) = (0, 0, 0);
        for (int i = 0, next; i < count; i = next)
        {
            var (splits, hasConflict) = (1, false);
            for (next = i + 1; next < count && seen[next].Text == seen[i].Text; next++)
            {
                if (seen[next].Split == seen[next - 1].Split) duplicates++;
                else splits++;
                hasConflict |= seen[next].Labels != seen[i].Labels;
            }
            if (splits > 1) inTwoSplits++;
            if (hasConflict) conflicting++;
        }
        return new TextQuality(duplicates, empty, inTwoSplits, conflicting, withoutLabel, quoted);
    }

    private static bool IsQuoted(string text) =>
        text is ['"', .. { Length: >= 2 } inner, '"'] && inner.Contains('"', StringComparison.Ordinal)
        && !inner.Replace("\"\"", "", StringComparison.Ordinal).Contains('"', StringComparison.Ordinal);

    /// <summary>The length of the first text distinguishes pairs whose concatenated texts are equal.</summary>
    private static ulong HashOf(string text, string? secondText)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(
            sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length)
                + Encoding.UTF8.GetMaxByteCount(secondText?.Length ?? 0));
        BinaryPrimitives.WriteInt32LittleEndian(buffer, text.Length);
        var length = sizeof(int) + Encoding.UTF8.GetBytes(text, buffer.AsSpan(sizeof(int)));
        length += Encoding.UTF8.GetBytes(secondText, buffer.AsSpan(length));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(buffer);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    private static uint HashOf(ReadOnlySpan<short> labels)
    {
        var hash = 0UL;
        foreach (var label in labels) hash = KeyedRandom.Mix(hash + (ulong)label + 1);
        return (uint)hash;
    }

    private readonly record struct Seen(ulong Text, uint Labels, byte Split) : IComparable<Seen>
    {
        /// <summary>Orders by text, then by split.</summary>
        public int CompareTo(Seen other) =>
            Text != other.Text ? Text.CompareTo(other.Text) : Split.CompareTo(other.Split);
    }
}
