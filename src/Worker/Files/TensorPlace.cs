using System.Text.Json;

namespace PieService.Worker.Files;

/// <summary>The position and type of a tensor in a safetensors file.</summary>
/// <param name="Count">The number of values: the product of the shape, 1 for an empty one.</param>
/// <param name="Begin">The first byte, counted from the end of the header.</param>
/// <param name="End">Begin + count x size of the type.</param>
internal sealed record TensorPlace(string Name, TensorType Type, long[] Shape, int Count, long Begin, long End)
{
    /// <exception cref="InvalidDataException">The entry does not describe a tensor that can be read; the message gives
    /// the reason.</exception>
    public static TensorPlace Parse(string name, JsonElement json)
    {
        Require(json.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String, "has no dtype");
        var type = TensorType.Named(dtype.GetString()!)
            ?? throw Malformed($"has the dtype '{dtype.GetString()}'; {TensorType.Names} are read");
        var (shape, offsets) = (Numbers("shape"), Numbers("data_offsets"));
        Require(offsets.Length == 2, $"has {offsets.Length} data_offsets instead of 2");

        var count = (UInt128)1;
        foreach (var side in shape)
        {
            count *= (ulong)side;
            Require(count <= (ulong)Array.MaxLength, $"is too large: at most {Array.MaxLength} values are read");
        }
        var bytes = (long)count * type.Size;
        Require(offsets[1] - offsets[0] == bytes,
            $"has the data_offsets [{offsets[0]}, {offsets[1]}], but {type.Name} of the shape "
                + $"[{string.Join(", ", shape)}] takes {bytes} bytes");
        return new(name, type, shape, (int)count, offsets[0], offsets[1]);

        long[] Numbers(string property)
        {
            Require(json.TryGetProperty(property, out var array)
                && array.ValueKind == JsonValueKind.Array, $"has no list of {property}");
            var numbers = new long[array.GetArrayLength()];
            var next = 0;
            foreach (var element in array.EnumerateArray())
                Require(element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out numbers[next++])
                    && numbers[next - 1] >= 0,
                    $"has a {property} that is not of whole numbers from 0 to {long.MaxValue}");
            return numbers;
        }

        void Require(bool condition, string otherwise)
        {
            if (!condition) throw Malformed(otherwise);
        }

        InvalidDataException Malformed(string why) => new($"the tensor '{name}' {why}.");
    }
}
