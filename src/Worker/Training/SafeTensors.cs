using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace PieService.Worker.Training;

/// <summary>
/// Named arrays in the safetensors format: 8 bytes header length, a JSON header, the little-endian values
/// (https://huggingface.co/docs/safetensors). Python reads these files with one line. F32, F64, I32, I64 and U8 are written;
/// F16 and BF16 are read too, as F32.
/// </summary>
public sealed class SafeTensors
{
    private readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);

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
        if (name == SafeTensorsHeader.MetadataKey) throw new ArgumentException($"No tensor can have the name {name}.", nameof(name));
        tensors.Add(name, new StoredTensor<T>(TensorType.Of<T>(), shape, values));
    }

    public void Add<T>(string name, T[] values, params long[] shape) where T : unmanaged =>
        Add(name, (ReadOnlyMemory<T>)values, shape);

    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <exception cref="InvalidDataException">There is no such tensor.</exception>
    public bool Is<T>(string name) where T : unmanaged => Find(name) is StoredTensor<T>;

    /// <exception cref="InvalidDataException">There is no such tensor, or it is of another type.</exception>
    public T[] Get<T>(string name) where T : unmanaged => Find(name) is StoredTensor<T> stored
        ? MemoryMarshal.TryGetArray(stored.Values, out var all) && all.Offset == 0 && all.Count == all.Array!.Length
            ? all.Array
            : stored.Values.ToArray()
        : throw new InvalidDataException($"Tensor '{name}' is {Find(name).Type.Name}, not {TensorType.Of<T>().Name}.");

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

    /// <summary>
    /// Reads all of a file. Nothing in it is believed before it is checked: no more memory is taken than the file itself has
    /// bytes (twice as much for values of 16 bits), and what its header says takes.
    /// </summary>
    /// <exception cref="InvalidDataException">It is not a whole, well-formed safetensors file of known types; says what is wrong.</exception>
    /// <exception cref="IOException">It cannot be read at all.</exception>
    public static SafeTensors Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <param name="file">From its beginning; it must know its length.</param>
    /// <param name="name">What messages call it.</param>
    internal static SafeTensors Read(Stream file, string name)
    {
        try
        {
            var header = SafeTensorsHeader.Read(file);
            var result = new SafeTensors();
            foreach (var (key, value) in header.Metadata) result.Metadata.Add(key, value);
            foreach (var tensor in header.Tensors) result.tensors.Add(tensor.Name, tensor.Type.Read(tensor.Shape, tensor.Count, file));
            return result;
        }
        catch (Exception malformed) when (malformed is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{name} is not a valid safetensors file: {malformed.Message}", malformed);
        }
    }

    private byte[] Header(List<KeyValuePair<string, StoredTensor>> order)
    {
        using var bytes = new MemoryStream();
        bytes.Write(new byte[8]);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(SafeTensorsHeader.MetadataKey);
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

    private StoredTensor Find(string name) => tensors.TryGetValue(name, out var stored)
        ? stored
        : throw new InvalidDataException($"There is no tensor '{name}'.");
}
