using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace PieService.Worker.Training;

/// <summary>
/// Named arrays in the safetensors format: 8 bytes header length, a JSON header, the little-endian values
/// (https://huggingface.co/docs/safetensors). Python reads these files with one line.
/// </summary>
public sealed class SafeTensors
{
    private const int MaxHeaderBytes = 100_000_000;     // the limit of the reference implementation
    private const string MetadataKey = "__metadata__";

    private readonly Dictionary<string, Stored> tensors = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => tensors.Keys;

    /// <param name="values">Row-major; kept by reference, so don't change them before <see cref="Write"/>.</param>
    /// <param name="shape">Empty: one dimension, of all the values.</param>
    /// <exception cref="ArgumentException">The shape does not hold as many values, or the name is taken.</exception>
    public void Add<T>(string name, ReadOnlyMemory<T> values, params long[] shape) where T : unmanaged
    {
        if (shape.Length == 0) shape = [values.Length];
        if (shape.Aggregate(1L, (size, side) => size * side) != values.Length)
            throw new ArgumentException($"{values.Length} values don't fill the shape [{string.Join(", ", shape)}].", nameof(shape));
        tensors.Add(name, new Stored<T>(DType.Of<T>(), shape, values));
    }

    public void Add<T>(string name, T[] values, params long[] shape) where T : unmanaged =>
        Add(name, (ReadOnlyMemory<T>)values, shape);

    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <exception cref="InvalidDataException">There is no such tensor, or it is of another type.</exception>
    public T[] Get<T>(string name) where T : unmanaged => Find(name) is Stored<T> stored
        ? MemoryMarshal.TryGetArray(stored.Values, out var all) && all.Offset == 0 && all.Count == all.Array!.Length
            ? all.Array
            : stored.Values.ToArray()
        : throw new InvalidDataException($"Tensor '{name}' is {Find(name).Type.Name}, not {DType.Of<T>().Name}.");

    /// <exception cref="InvalidDataException">The metadata lacks it.</exception>
    public string RequireMetadata(string key) => Metadata.TryGetValue(key, out var value)
        ? value
        : throw new InvalidDataException($"The file's metadata lacks '{key}'.");

    /// <summary>
    /// Writes to a temporary name in the same folder, flushes to the disk, renames: whoever sees the file sees all of it.
    /// </summary>
    /// <returns>SHA-256 of the file, lower-case hex.</returns>
    public string Write(string path)
    {
        // Wide values first, so that every tensor starts at a multiple of its own size.
        var order = tensors.OrderByDescending(pair => pair.Value.Type.Size).ToList();
        var temporary = path + ".tmp";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            using var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
            Append(Header(order));
            foreach (var (_, tensor) in order) tensor.CopyTo(Append);
            file.Flush(flushToDisk: true);

            void Append(ReadOnlySpan<byte> bytes)
            {
                file.Write(bytes);
                hash.AppendData(bytes);
            }
        }
        catch (IOException)
        {
            // A part of a file on a full disk would keep it full.
            File.Delete(temporary);
            throw;
        }
        File.Move(temporary, path, overwrite: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <exception cref="InvalidDataException">The file is not a whole, well-formed safetensors file of known types.</exception>
    public static SafeTensors Read(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            return Read(file);
        }
        catch (Exception malformed) when (malformed is InvalidDataException or JsonException or EndOfStreamException)
        {
            throw new InvalidDataException($"{path} is not a valid safetensors file: {malformed.Message}", malformed);
        }
    }

    private static SafeTensors Read(FileStream file)
    {
        Span<byte> prefix = stackalloc byte[8];
        file.ReadExactly(prefix);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        Require(headerBytes <= MaxHeaderBytes && (long)headerBytes <= file.Length - 8,
            $"its header would be {headerBytes} bytes long.");
        var header = new byte[headerBytes];
        file.ReadExactly(header);
        using var json = JsonDocument.Parse(header);
        Require(json.RootElement.ValueKind == JsonValueKind.Object, "its header is not a JSON object.");

        var result = new SafeTensors();
        var next = 0L;
        foreach (var entry in Entries(json.RootElement, result.Metadata).OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            // Neither gaps nor overlaps: every byte belongs to one tensor.
            Require(entry.Begin == next, $"tensor '{entry.Name}' begins at {entry.Begin}, where {next} is due.");
            Require(entry.End <= file.Length - 8 - (long)headerBytes, $"tensor '{entry.Name}' ends behind the file's end.");
            Require(result.tensors.TryAdd(entry.Name, entry.Type.Read(entry.Shape, entry.Count, file)),
                $"tensor '{entry.Name}' occurs twice.");
            next = entry.End;
        }
        Require(next == file.Length - 8 - (long)headerBytes, "bytes are left over behind the last tensor.");
        return result;
    }

    private static List<Entry> Entries(JsonElement header, Dictionary<string, string> metadata)
    {
        var entries = new List<Entry>();
        foreach (var property in header.EnumerateObject())
        {
            Require(property.Value.ValueKind == JsonValueKind.Object, $"'{property.Name}' is not an object.");
            if (property.Name == MetadataKey)
                foreach (var text in property.Value.EnumerateObject())
                {
                    Require(text.Value.ValueKind == JsonValueKind.String, $"metadata '{text.Name}' is not a string.");
                    metadata[text.Name] = text.Value.GetString()!;
                }
            else entries.Add(Entry.Parse(property.Name, property.Value));
        }
        return entries;
    }

    private byte[] Header(List<KeyValuePair<string, Stored>> order)
    {
        using var bytes = new MemoryStream();
        bytes.Write(new byte[8]);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            var begin = 0L;
            foreach (var (name, tensor) in order)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", tensor.Type.Name);
                json.WriteStartArray("shape");
                foreach (var side in tensor.Shape) json.WriteNumberValue(side);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(begin += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (bytes.Length % 8 != 0) bytes.WriteByte((byte)' ');
        var header = bytes.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private Stored Find(string name) => tensors.TryGetValue(name, out var stored)
        ? stored
        : throw new InvalidDataException($"There is no tensor '{name}'.");

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new InvalidDataException(otherwise);
    }

    private sealed record Entry(string Name, DType Type, long[] Shape, int Count, long Begin, long End)
    {
        public static Entry Parse(string name, JsonElement json)
        {
            var typeName = json.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String
                ? dtype.GetString()! : "missing";
            var type = DType.Named(typeName) ?? throw new InvalidDataException($"the type of '{name}' is {typeName}.");
            var (shape, offsets) = (Numbers(name, json, "shape"), Numbers(name, json, "data_offsets"));
            Require(offsets.Length == 2, $"'{name}' has {offsets.Length} data_offsets.");

            var count = (UInt128)1;
            foreach (var side in shape)
            {
                count *= (ulong)side;
                Require(count <= (ulong)Array.MaxLength, $"'{name}' is too large.");
            }
            Require(offsets[1] - offsets[0] == (long)count * type.Size, $"'{name}' has a shape that its bytes don't fill.");
            return new(name, type, shape, (int)count, offsets[0], offsets[1]);
        }

        private static long[] Numbers(string name, JsonElement json, string property)
        {
            Require(json.TryGetProperty(property, out var array) && array.ValueKind == JsonValueKind.Array, $"'{name}' lacks its {property}.");
            return [.. array.EnumerateArray().Select(element =>
            {
                Require(element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number >= 0,
                    $"the {property} of '{name}' are not whole numbers.");
                return element.GetInt64();
            })];
        }
    }

    private sealed record DType(string Name, int Size, Func<long[], int, Stream, Stored> Read)
    {
        private static readonly DType[] All = [Make<float>("F32"), Make<double>("F64"), Make<int>("I32"), Make<long>("I64"), Make<byte>("U8")];

        public static DType? Named(string name) => All.FirstOrDefault(type => type.Name == name);

        public static DType Of<T>() where T : unmanaged => Named(
            typeof(T) == typeof(float) ? "F32" : typeof(T) == typeof(double) ? "F64" : typeof(T) == typeof(int) ? "I32"
            : typeof(T) == typeof(long) ? "I64" : typeof(T) == typeof(byte) ? "U8"
            : throw new NotSupportedException($"No safetensors type for {typeof(T).Name}."))!;

        private static DType Make<T>(string name) where T : unmanaged => new(name, Marshal.SizeOf<T>(), (shape, count, stream) =>
        {
            var values = new T[count];
            // In pieces, because a span of bytes ends at 2 GiB.
            for (var start = 0; start < count; start += 1 << 24)
                stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(1 << 24, count - start))));
            return new Stored<T>(Of<T>(), shape, values);
        });
    }

    private delegate void ByteSink(ReadOnlySpan<byte> bytes);

    private abstract record Stored(DType Type, long[] Shape)
    {
        public abstract long Bytes { get; }

        public abstract void CopyTo(ByteSink sink);
    }

    private sealed record Stored<T>(DType Type, long[] Shape, ReadOnlyMemory<T> Values) : Stored(Type, Shape) where T : unmanaged
    {
        public override long Bytes => (long)Values.Length * Type.Size;

        public override void CopyTo(ByteSink sink)
        {
            for (var start = 0; start < Values.Length; start += 1 << 24)
                sink(MemoryMarshal.AsBytes(Values.Span.Slice(start, Math.Min(1 << 24, Values.Length - start))));
        }
    }
}
