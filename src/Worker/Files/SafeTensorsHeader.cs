using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace PieService.Worker.Files;

/// <summary>
/// The checked header of a safetensors file. By the rules of https://huggingface.co/docs/safetensors each tensor has
/// exactly the bytes that its shape and type need, and every byte after the header belongs to exactly one tensor.
/// </summary>
/// <param name="Tensors">The tensors in the order of their bytes.</param>
internal sealed record SafeTensorsHeader(
    IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<TensorPlace> Tensors)
{
    public const string MetadataKey = "__metadata__";

    private const int PrefixBytes = 8;
    private const int MaxBytes = 100_000_000;       // the limit of the reference implementation

    // Two programs could read different values for a name that occurs twice.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Leaves the stream at the first byte of the first tensor.</summary>
    /// <exception cref="InvalidDataException">The header is not valid; the message gives the reason.</exception>
    public static SafeTensorsHeader Read(Stream file)
    {
        var length = file.Length;
        Require(length >= PrefixBytes, $"it has {length} bytes; the length of its header alone takes {PrefixBytes}.");
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        file.ReadExactly(prefix);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        Require(headerBytes <= MaxBytes, $"its header would have {headerBytes} bytes; at most {MaxBytes} are read.");
        var dataBytes = length - PrefixBytes - (long)headerBytes;
        Require(dataBytes >= 0,
            $"its header would have {headerBytes} bytes, but only {length - PrefixBytes} follow: it is cut off.");

        var header = new byte[headerBytes];
        file.ReadExactly(header);
        var parsed = Parse(header);
        RequireGapless(parsed.Tensors, dataBytes);
        return parsed;
    }

    /// <summary>
    /// The bytes of a file before its first value, padded so that the values begin at a multiple of 8.
    /// </summary>
    /// <param name="tensors">The tensors in the order of their bytes.</param>
    public static byte[] Bytes(
        IReadOnlyDictionary<string, string> metadata, IEnumerable<KeyValuePair<string, StoredTensor>> tensors)
    {
        using var bytes = new MemoryStream();
        bytes.Write(new byte[PrefixBytes]);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            var begin = 0L;
            foreach (var (name, tensor) in tensors)
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
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - PrefixBytes);
        return header;
    }

    private static SafeTensorsHeader Parse(byte[] header)
    {
        Require(header is [(byte)'{', ..], "its header does not begin with {.");
        Require(Utf8.IsValid(header), "its header is not UTF-8.");
        try
        {
            using var json = JsonDocument.Parse(header, Strict);
            var (metadata, tensors) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<TensorPlace>());
            foreach (var property in json.RootElement.EnumerateObject())
            {
                Require(property.Value.ValueKind == JsonValueKind.Object,
                    $"'{property.Name}' in its header is not an object.");
                if (property.Name != MetadataKey) tensors.Add(TensorPlace.Parse(property.Name, property.Value));
                else foreach (var text in property.Value.EnumerateObject())
                {
                    Require(text.Value.ValueKind == JsonValueKind.String,
                        $"the metadata '{text.Name}' is not a string.");
                    metadata.Add(text.Name, text.Value.GetString()!);
                }
            }
            return new(metadata, [.. tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)]);
        }
        // An escaped unpaired surrogate is valid JSON but not a valid text; this shows only when the text is read.
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"its header cannot be read as JSON: {malformed.Message}", malformed);
        }
    }

    private static void RequireGapless(IReadOnlyList<TensorPlace> tensors, long dataBytes)
    {
        var (next, before) = (0L, "the header");
        foreach (var tensor in tensors)
        {
            Require(tensor.Begin >= next,
                $"the tensor '{tensor.Name}' begins at {tensor.Begin}, within '{before}', which ends at {next}.");
            Require(tensor.Begin <= next,
                $"no tensor has the bytes between {before} and the tensor '{tensor.Name}', from {next} "
                    + $"to {tensor.Begin}.");
            Require(tensor.End <= dataBytes,
                $"the tensor '{tensor.Name}' ends at {tensor.End}, but the file has {dataBytes} bytes of data: it is "
                    + "cut off.");
            (next, before) = (tensor.End, tensor.Name);
        }
        Require(next == dataBytes, $"{dataBytes - next} bytes after {before} belong to no tensor.");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new InvalidDataException(otherwise);
    }
}
