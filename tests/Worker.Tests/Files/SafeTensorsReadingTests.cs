using System.Buffers.Binary;
using System.Text;
using PieService.Domain;
using PieService.Worker.Files;

namespace PieService.Worker.Tests.Files;

/// <summary>
/// Files from other writers: valid files are read, and invalid files are refused with the reason.
/// </summary>
public sealed class SafeTensorsReadingTests
{
    private const string Good =
        """{"__metadata__":{"format":"pt","\u00e9":"é"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""";

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("{}      ", 0)]
    [InlineData(Good, 12)]
    [InlineData("""{"scalar":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"empty":{"dtype":"F64","shape":[3,0,4611686018427387904],"data_offsets":[0,0]}}""", 0)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"empty":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2)]
    public void Files_that_the_format_allows_are_read(string header, int dataBytes) => Read(File(header, dataBytes));

    [Fact]
    public void Tensors_are_found_by_their_offsets_not_by_their_order()
    {
        var file = Read([.. File(Good, 0), 1, 2, 3, 4, 0, 0, 128, 63, 0, 0, 0, 192]);
        Assert.Equal([1, 2, 3, 4], file.Get<byte>("b"));
        Assert.Equal([1f, -2f], file.Get<float>("a"));
        Assert.Equal([2, 1], file.Shape("a"));
        Assert.Equal("é", file.Metadata["é"]);
    }

    // Bits and values by IEEE 754: zero, smallest subnormal, smallest normal, 1, greatest, infinity; bfloat16 is the
    // upper half of a float32.
    [Theory]
    [InlineData("F16", new ushort[] { 0x0000, 0x8000, 0x0001, 0x0400, 0x3C00, 0x7BFF, 0xFC00 },
        new[] { 0f, -0f, 5.9604645e-8f, 6.1035156e-5f, 1f, 65504f, float.NegativeInfinity })]
    [InlineData("BF16", new ushort[] { 0x0000, 0x8000, 0x0080, 0x3F80, 0xC049, 0x7F7F, 0x7F80 },
        new[] { 0f, -0f, 1.17549435e-38f, 1f, -3.140625f, 3.3895314e38f, float.PositiveInfinity })]
    public void Values_of_16_bits_become_float32(string type, ushort[] bits, float[] expected)
    {
        var data = bits.SelectMany(BitConverter.GetBytes);
        var file = Read(
            [.. File(
                $$$"""{"a":{"dtype":"{{{type}}}","shape":[{{{bits.Length}}}],"data_offsets":[0,{{{2 * bits.Length}}}]}}""", 0), .. data]);
        Assert.Equal(
            expected.Select(BitConverter.SingleToInt32Bits),
            file.Get<float>("a").Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void More_16_bit_values_than_the_buffer_holds_are_read()
    {
        var bits = Enumerable.Range(0, 150_000).Select(i => (ushort)(0x3F00 + (i % 128))).ToArray();
        var file = Read(
            [.. File(
                $$$"""{"a":{"dtype":"BF16","shape":[{{{bits.Length}}}],"data_offsets":[0,{{{2 * bits.Length}}}]}}""",
                0), .. bits.SelectMany(BitConverter.GetBytes)]);
        Assert.Equal(bits.Select(upper => BitConverter.UInt32BitsToSingle((uint)upper << 16)), file.Get<float>("a"));
    }

    [Theory]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "ends at 8, but the file has 7 bytes of data")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 bytes after")]
    [InlineData("{}", 1, "bytes after the header belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "F32 of the shape [3] takes 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "[8, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", 8, "takes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551616]}}""", 8,
        "a data_offsets that is not of whole numbers")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "a shape that is not of whole numbers")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "a shape that is not of whole numbers")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "a shape that is not of whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "no list of shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""",
        0, "too large")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "the dtype 'F8_E4M3'; F32, F64")]
    [InlineData("""{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, "the dtype 'f32'")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "no dtype")]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "no dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "3 data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "no list of data_offsets")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "within 'a'")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "within 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8,
        "between the header and the tensor 'a', from 0 to 4")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""",
        3, "between a and the tensor 'b', from 1 to 2")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""",
        8, "uplicate")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "uplicate")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"F32","shape":[4],"data_offsets":[0,4]}}""", 4, "uplicate")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"}}""", 0, "uplicate")]
    [InlineData("""{"__metadata__":{"x":1}}""", 0, "the metadata 'x' is not a string")]
    [InlineData("""{"__metadata__":{"x":null}}""", 0, "the metadata 'x' is not a string")]
    [InlineData("""{"__metadata__":"x"}""", 0, "'__metadata__' in its header is not an object")]
    [InlineData("""{"a":7}""", 0, "'a' in its header is not an object")]
    [InlineData("""[1]""", 0, "begin with {")]
    [InlineData(""" {}""", 0, "begin with {")]
    [InlineData("", 0, "begin with {")]
    [InlineData("""{"a":""", 0, "cannot be read as JSON")]
    [InlineData("""{} x""", 0, "cannot be read as JSON")]
    [InlineData("""{"__metadata__":{"\ud800":"1"}}""", 0, "cannot be read as JSON")]
    [InlineData("""{"__metadata__":{"x":"\ud800"}}""", 0, "cannot be read as JSON")]
    public void Files_that_the_format_forbids_are_refused_with_the_reason(string header, int dataBytes, string reason)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => Read(File(header, dataBytes))).Message;
        Assert.StartsWith("file is not a valid safetensors file: ", refusal, StringComparison.Ordinal);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { }, "it has 0 bytes")]
    [InlineData(new byte[] { 1, 0, 0 }, "it has 3 bytes")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}' }, "9 bytes, but only 2 follow")]
    [InlineData(new byte[] { 1, 225, 245, 5, 0, 0, 0, 0, (byte)'{', (byte)'}' }, "100000001 bytes; at most 100000000")]
    [InlineData(
        new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, (byte)'{', (byte)'}' }, "18446744073709551615 bytes")]
    [InlineData(
        new byte[] { 7, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'"', 255, (byte)'"', (byte)':', (byte)'1', (byte)'}' },
        "not UTF-8")]
    public void A_wrong_header_size_or_encoding_is_refused(byte[] bytes, string reason) =>
        Assert.Contains(
            reason, Assert.Throws<InvalidDataException>(() => Read(bytes)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_small_file_cannot_cause_a_large_allocation()
    {
        var bytes = File("""{"a":{"dtype":"F64","shape":[2000000000],"data_offsets":[0,16000000000]}}""", 8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Read(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_file_with_one_changed_byte_is_read_completely_or_refused()
    {
        var whole = File(Good, 12);
        byte[] others = [0, (byte)' ', (byte)'"', (byte)'-', (byte)'0', (byte)'9', (byte)',', (byte)'[', (byte)']',
            (byte)'{', (byte)'}', (byte)'e', (byte)'\\', 0x80, 0xC3, 0xFF];
        for (var at = 0; at < whole.Length - 12; at++)
        {
            foreach (var other in others.Append((byte)(whole[at] + 1)).Append((byte)(whole[at] - 1)))
            {
                var changed = (byte[])whole.Clone();
                changed[at] = other;
                ReadOrRefuse(changed);
            }
        }
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused()
    {
        var whole = File(Good, 12);
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => Read(whole[..length]));
        Assert.Throws<InvalidDataException>(() => Read([.. whole, 0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_file_that_is_damaged_in_many_places_is_read_completely_or_refused(int seed)
    {
        var chance = KeyedRandom.For("damaged", seed);
        var whole = File(Good, 12);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = whole.ToList();
            for (var wounds = 1 + chance.NextInt(4); wounds > 0; wounds--)
            {
                var at = chance.NextInt(bytes.Count);
                switch (chance.NextInt(4))
                {
                    case 0: bytes[at] = (byte)chance.NextInt(256); break;
                    case 1: bytes.RemoveAt(at); break;
                    case 2: bytes.Insert(at, whole[chance.NextInt(whole.Length)]); break;
                    // Repeats a part of the header, so that names and fields occur twice.
                    default:
                        bytes.InsertRange(
                        at, whole.Skip(chance.NextInt(whole.Length)).Take(chance.NextInt(40))); break;
                }
            }
            // Most changes alter the length of the header: half of the rounds correct the length.
            if (chance.NextInt(2) == 0 && bytes.Count > 20)
                BinaryPrimitives.WriteInt64LittleEndian(
                    System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes), bytes.Count - 20);
            ReadOrRefuse([.. bytes]);
        }
    }

    /// <summary>Both outcomes are valid, but no other exception is thrown and the tensors fit into the file.</summary>
    private static void ReadOrRefuse(byte[] bytes)
    {
        SafeTensors file;
        try
        {
            file = Read(bytes);
        }
        catch (InvalidDataException)
        {
            return;
        }
        // Each value takes at least one byte.
        var values = file.Names.Sum(name => file.Shape(name).Aggregate(1L, (size, side) => size * side));
        Assert.InRange(values, 0, bytes.Length - 8);
    }

    private static SafeTensors Read(byte[] bytes) => SafeTensors.Read(new MemoryStream(bytes), "file");

    private static byte[] File(string header, int dataBytes)
    {
        var bytes = new byte[8 + Encoding.UTF8.GetByteCount(header) + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - 8 - dataBytes);
        Encoding.UTF8.GetBytes(header, bytes.AsSpan(8));
        return bytes;
    }
}
