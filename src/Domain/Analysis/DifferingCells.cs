using System.Numerics;
using System.Runtime.InteropServices;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The cells in which two predictions differ: examples for single-label data; pairs of an example and a label for
/// multi-label data.
/// </summary>
internal sealed class DifferingCells
{
    /// <summary>One bit for each cell; in a byte of its own if an example is one cell.</summary>
    private readonly byte[] bits;

    /// <summary>The bytes of the labels of an example; 0 if an example is one cell.</summary>
    private readonly int labelBytes;

    private DifferingCells(byte[] bits, int labelBytes) =>
        (this.bits, this.labelBytes, Count) = (bits, labelBytes, Ones(bits, bits));

    public int Count { get; }

    /// <exception cref="ArgumentException">They are not predictions of the same examples.</exception>
    public static DifferingCells Of(PackedLabels one, PackedLabels other)
    {
        if (!one.IsLike(other)) throw new ArgumentException("Both must have predicted the same examples.");
        return one.Task switch
        {
            LearningTask.SingleLabel => new DifferingCells(Classes(one, other), 0),
            LearningTask.MultiLabel => new DifferingCells(
                Labels(one.Bytes, other.Bytes), PackedLabels.BytesPerExample(one.Task, one.ClassCount)),
        };
    }

    /// <summary>The number of cells of N examples.</summary>
    public static int All(PackedLabels labels) => labels.Task switch
    {
        LearningTask.SingleLabel => labels.Count,
        LearningTask.MultiLabel => labels.Count * labels.ClassCount,
    };

    /// <summary>The examples with a cell in which they differ, each as one cell.</summary>
    public DifferingCells Examples()
    {
        if (labelBytes == 0) return this;
        var examples = new byte[bits.Length / labelBytes];
        for (var i = 0; i < examples.Length; i++)
            examples[i] = Bit(bits.AsSpan(i * labelBytes, labelBytes).ContainsAnyExcept((byte)0));
        return new(examples, 0);
    }

    /// <summary>The number of cells in which both pairs of predictions differ.</summary>
    public int Common(DifferingCells other) => Ones(bits, other.bits);

    private static byte[] Classes(PackedLabels one, PackedLabels other)
    {
        var differing = new byte[one.Count];
        var ofOne = MemoryMarshal.Cast<byte, ushort>(one.Bytes);
        var ofOther = MemoryMarshal.Cast<byte, ushort>(other.Bytes);
        for (var i = 0; i < differing.Length; i++) differing[i] = Bit(ofOne[i] != ofOther[i]);
        return differing;
    }

    private static byte[] Labels(byte[] one, byte[] other)
    {
        var differing = new byte[one.Length];
        for (var i = 0; i < differing.Length; i++) differing[i] = (byte)(one[i] ^ other[i]);
        return differing;
    }

    private static byte Bit(bool isSet) => (byte)(isSet ? 1 : 0);

    private static int Ones(byte[] a, byte[] b)
    {
        ReadOnlySpan<ulong> ofA = MemoryMarshal.Cast<byte, ulong>(a), ofB = MemoryMarshal.Cast<byte, ulong>(b);
        var ones = 0;
        for (var i = 0; i < ofA.Length; i++) ones += BitOperations.PopCount(ofA[i] & ofB[i]);
        for (var i = ofA.Length * sizeof(ulong); i < a.Length; i++) ones += BitOperations.PopCount((uint)(a[i] & b[i]));
        return ones;
    }
}
