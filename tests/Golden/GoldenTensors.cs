using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PieService.Golden;

/// <summary>
/// A safetensors file, read without the product's own reader: 8 bytes header length, JSON header, raw values.
/// </summary>
internal sealed class GoldenTensors
{
    private readonly byte[] content;
    private readonly long dataStart;
    private readonly JsonElement header;

    private GoldenTensors(byte[] content)
    {
        this.content = content;
        dataStart = 8 + BinaryPrimitives.ReadInt64LittleEndian(content);
        header = JsonDocument.Parse(content.AsMemory(8, (int)dataStart - 8)).RootElement;
    }

    public static GoldenTensors Read(string path) => new(File.ReadAllBytes(path));

    public IEnumerable<string> Names =>
        header.EnumerateObject().Select(entry => entry.Name).Where(name => name != "__metadata__");

    public bool Has(string name) => header.TryGetProperty(name, out _);

    public int[] Shape(string name) =>
        [.. header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(side => side.GetInt32())];

    /// <summary>The values of a tensor, row-major.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="InvalidDataException">Its values have another type.</exception>
    public T[] Get<T>(string name) where T : unmanaged
    {
        var entry = header.GetProperty(name);
        var type = entry.GetProperty("dtype").GetString();
        if (type != TypeName<T>()) throw new InvalidDataException($"{name} is {type}, not {TypeName<T>()}.");
        var offsets = entry.GetProperty("data_offsets");
        var (begin, end) = (dataStart + offsets[0].GetInt64(), dataStart + offsets[1].GetInt64());
        return MemoryMarshal.Cast<byte, T>(content.AsSpan((int)begin, (int)(end - begin))).ToArray();
    }

    private static string TypeName<T>() => typeof(T) == typeof(float) ? "F32" : typeof(T) == typeof(double) ? "F64"
        : typeof(T) == typeof(int) ? "I32" : typeof(T) == typeof(long) ? "I64" : typeof(T) == typeof(byte) ? "U8"
        : throw new NotSupportedException($"Golden values never have the type {typeof(T).Name}.");
}
