using System.Runtime.InteropServices;

namespace PieService.Worker.Files;

/// <summary>A type of values as safetensors names it.</summary>
/// <param name="Size">The bytes of a value in the file.</param>
/// <param name="Read">Reads a tensor with this shape and number of values from the next bytes of the stream.</param>
internal sealed record TensorType(string Name, int Size, Func<long[], int, Stream, StoredTensor> Read)
{
    private static readonly TensorType[] All =
    [
        Plain<float>("F32"), Plain<double>("F64"), Plain<int>("I32"), Plain<long>("I64"), Plain<byte>("U8"),
        // Checkpoints use these types; every 16-bit value is also a float32 value.
        Widened<Half>("F16", value => (float)value),
        Widened<ushort>("BF16", upperHalf => BitConverter.UInt32BitsToSingle((uint)upperHalf << 16)),
    ];

    public static string Names { get; } = string.Join(", ", All.Select(type => type.Name));

    public static TensorType? Named(string name) => Array.Find(All, type => type.Name == name);

    /// <exception cref="NotSupportedException">Values of this type cannot be written.</exception>
    public static TensorType Of<T>() where T : unmanaged => Named(
        typeof(T) == typeof(float) ? "F32" : typeof(T) == typeof(double) ? "F64" : typeof(T) == typeof(int) ? "I32"
        : typeof(T) == typeof(long) ? "I64" : typeof(T) == typeof(byte) ? "U8"
        : throw new NotSupportedException($"No safetensors type for {typeof(T).Name}."))!;

    private static TensorType Plain<T>(string name) where T : unmanaged =>
        new(name, Marshal.SizeOf<T>(), (shape, count, stream) =>
        {
            var values = new T[count];
            for (var start = 0; start < count; start += StoredTensor<T>.Piece)
                stream.ReadExactly(
                    MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(StoredTensor<T>.Piece, count - start))));
            return new StoredTensor<T>(Of<T>(), shape, values);
        });

    private static TensorType Widened<T>(string name, Func<T, float> widen) where T : unmanaged =>
        new(name, Marshal.SizeOf<T>(), (shape, count, stream) =>
        {
            var (values, piece) = (new float[count], new T[Math.Min(count, 1 << 16)]);
            for (var start = 0; start < count; start += piece.Length)
            {
                var part = piece.AsSpan(0, Math.Min(piece.Length, count - start));
                stream.ReadExactly(MemoryMarshal.AsBytes(part));
                for (var i = 0; i < part.Length; i++) values[start + i] = widen(part[i]);
            }
            return new StoredTensor<float>(Of<float>(), shape, values);
        });
}
