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
    /// <summary>One bit for each cell; for single-label data in a byte of its own.</summary>
    private readonly byte[] bits;
    private readonly int bytesPerExample;

    private DifferingCells(byte[] bits, int bytesPerExample) =>
        (this.bits, this.bytesPerExample, Count) = (bits, bytesPerExample, Ones(bits, bits));

    public int Count { get; }

    /// <exception cref="ArgumentException">They are not predictions of the same examples.</exception>
    public static DifferingCells Of(PackedLabels one, PackedLabels other)
    {
        if (!one.IsLike(other)) throw new ArgumentException("Both must have predicted the same examples.");
        return one.Task switch
        {
            LearningTask.SingleLabel => new DifferingCells(
                [.. Enumerable.Range(0, one.Count).Select(i => Bit(one.ClassAt(i) != other.ClassAt(i)))], 1),
            LearningTask.MultiLabel => new DifferingCells(
                [.. one.Bytes.Zip(other.Bytes, (a, b) => (byte)(a ^ b))],
                PackedLabels.BytesPerExample(one.Task, one.ClassCount)),
        };
    }

    /// <summary>The number of cells of N examples.</summary>
    public static int All(PackedLabels labels) => labels.Task switch
    {
        LearningTask.SingleLabel => labels.Count,
        LearningTask.MultiLabel => labels.Count * labels.ClassCount,
    };

    /// <summary>The examples with a cell in which they differ, each as one cell.</summary>
    public DifferingCells Examples() => new(
        [.. bits.Chunk(bytesPerExample).Select(example => Bit(Array.Exists(example, set => set != 0)))], 1);

    /// <summary>The number of cells in which both pairs of predictions differ.</summary>
    public int Common(DifferingCells other) => Ones(bits, other.bits);

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
