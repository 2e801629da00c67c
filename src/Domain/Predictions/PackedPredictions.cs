using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PieService.Domain.Predictions;

/// <summary>The packed form of predictions: classes as little-endian uint16, scores as little-endian float16.</summary>
public static class PackedPredictions
{
    /// <summary>The bytes of the C scores of an example.</summary>
    public static int BytesPerExample(int classCount) => 2 * classCount;

    /// <summary>The predicted class of the example at a position of its split.</summary>
    public static int ClassAt(ReadOnlySpan<byte> classes, int position) =>
        BinaryPrimitives.ReadUInt16LittleEndian(classes[(2 * position)..]);

    /// <summary>The C scores of the example at a position of its split.</summary>
    public static float[] ScoresAt(ReadOnlySpan<byte> scores, int position, int classCount)
    {
        var values = new float[classCount];
        for (var c = 0; c < classCount; c++)
            values[c] = (float)BinaryPrimitives.ReadHalfLittleEndian(scores[(2 * (position * classCount + c))..]);
        return values;
    }

    /// <summary>The score of one of the C classes for the example at a position of its split.</summary>
    public static float ScoreAt(ReadOnlySpan<byte> scores, int position, int c, int classCount) =>
        (float)BinaryPrimitives.ReadHalfLittleEndian(scores[(2 * (position * classCount + c))..]);

    /// <summary>The scores of all examples, N x C, row-major.</summary>
    public static float[] Scores(ReadOnlySpan<byte> scores)
    {
        var values = new float[scores.Length / 2];
        Scores(scores, values);
        return values;
    }

    /// <summary>Writes the scores of all examples, N x C, row-major.</summary>
    public static void Scores(ReadOnlySpan<byte> scores, Span<float> into)
    {
        // Many numbers at once. TorchSharp runs only on processors that are little-endian.
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(scores), into);
    }

    /// <summary>The identity of a run's predictions: SHA-256 over the packed classes, then the packed scores.</summary>
    public static string Hash(ReadOnlySpan<byte> classes, ReadOnlySpan<byte> scores)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(classes);
        sha.AppendData(scores);
        return "sha256:" + Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
