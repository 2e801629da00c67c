using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PieService.Worker.Files;

/// <summary>
/// Named arrays in the safetensors format: 8 bytes header length, a JSON header, the little-endian values
/// (https://huggingface.co/docs/safetensors). Python reads these files with one line. F32, F64, I32, I64 and U8 are
/// written; F16 and BF16 are read too, as F32.
/// </summary>
public sealed class SafeTensors
{
    private readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => tensors.Keys;

    /// <param name="values">Row-major values. The file refers to them, so do not change them before <see
    /// cref="Write"/>.</param>
    /// <param name="shape">If empty, there is one dimension with all values.</param>
    /// <exception cref="ArgumentException">The number of values does not match the shape, or the name already
    /// exists.</exception>
    public void Add<T>(string name, ReadOnlyMemory<T> values, params long[] shape) where T : unmanaged
    {
        if (shape.Length == 0) shape = [values.Length];
        if (shape.Aggregate(1L, (size, side) => size * side) != values.Length)
            throw new ArgumentException(
                $"{values.Length} values do not fit the shape [{string.Join(", ", shape)}].", nameof(shape));
        if (name == SafeTensorsHeader.MetadataKey)
            throw new ArgumentException($"No tensor can have the name {name}.", nameof(name));
        tensors.Add(name, new StoredTensor<T>(TensorType.Of<T>(), shape, values));
    }

    public void Add<T>(string name, T[] values, params long[] shape) where T : unmanaged =>
        Add(name, (ReadOnlyMemory<T>)values, shape);

    public IReadOnlyList<long> Shape(string name) => Find(name).Shape;

    /// <exception cref="InvalidDataException">There is no such tensor.</exception>
    public bool Is<T>(string name) where T : unmanaged => Find(name) is StoredTensor<T>;

    /// <exception cref="InvalidDataException">There is no such tensor, or it has another type.</exception>
    public T[] Get<T>(string name) where T : unmanaged => Find(name) is StoredTensor<T> stored
        ? MemoryMarshal.TryGetArray(stored.Values, out var all) && all.Offset == 0 && all.Count == all.Array!.Length
            ? all.Array
            : stored.Values.ToArray()
        : throw new InvalidDataException($"Tensor '{name}' is {Find(name).Type.Name}, not {TensorType.Of<T>().Name}.");

    /// <exception cref="InvalidDataException">The metadata does not have the key.</exception>
    public string RequireMetadata(string key) => Metadata.TryGetValue(key, out var value)
        ? value
        : throw new InvalidDataException($"The file's metadata lacks '{key}'.");

    /// <summary>
    /// Writes to a temporary name in the same folder, flushes to the disk and renames: a reader only finds a complete
    /// file.
    /// </summary>
    /// <returns>The SHA-256 of the file, lower-case hex.</returns>
    public string Write(string path)
    {
        // Wide values come first, so that every tensor starts at a multiple of the size of its values.
        var order = tensors.OrderByDescending(pair => pair.Value.Type.Size).ToList();
        var temporary = path + ".tmp";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            using var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
            Append(SafeTensorsHeader.Bytes(Metadata, order));
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
            // A partial file on a full disk would keep the disk full.
            File.Delete(temporary);
            throw;
        }
        File.Move(temporary, path, overwrite: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Reads a whole file. Its content is checked before it is used: the memory taken is at most the size of the file
    /// (twice that for 16-bit values) plus that of the parsed header.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not a complete, well-formed safetensors file of known types;
    /// the message gives the reason.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafeTensors Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <param name="file">The stream, at its beginning; its length must be known.</param>
    /// <param name="name">The name of the file in messages.</param>
    internal static SafeTensors Read(Stream file, string name)
    {
        try
        {
            var header = SafeTensorsHeader.Read(file);
            var result = new SafeTensors();
            foreach (var (key, value) in header.Metadata) result.Metadata.Add(key, value);
            foreach (var tensor in header.Tensors)
                result.tensors.Add(tensor.Name, tensor.Type.Read(tensor.Shape, tensor.Count, file));
            return result;
        }
        catch (Exception malformed) when (malformed is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{name} is not a valid safetensors file: {malformed.Message}", malformed);
        }
    }

    private StoredTensor Find(string name) => tensors.TryGetValue(name, out var stored)
        ? stored
        : throw new InvalidDataException($"There is no tensor '{name}'.");
}
