using System.Runtime.InteropServices;

namespace PieService.Worker.Files;

internal delegate void ByteSink(ReadOnlySpan<byte> bytes);

/// <summary>A tensor of a <see cref="SafeTensors"/>: its type, shape and row-major values.</summary>
internal abstract record StoredTensor(TensorType Type, long[] Shape)
{
    public abstract long Bytes { get; }

    public abstract void CopyTo(ByteSink sink);
}

internal sealed record StoredTensor<T>(TensorType Type, long[] Shape, ReadOnlyMemory<T> Values)
    : StoredTensor(Type, Shape) where T : unmanaged
{
    /// <summary>The number of values that are read or written at once: a span of bytes ends at 2 GiB.</summary>
    internal const int Piece = 1 << 24;

    public override long Bytes => (long)Values.Length * Type.Size;

    public override void CopyTo(ByteSink sink)
    {
        for (var start = 0; start < Values.Length; start += Piece)
            sink(MemoryMarshal.AsBytes(Values.Span.Slice(start, Math.Min(Piece, Values.Length - start))));
    }
}
