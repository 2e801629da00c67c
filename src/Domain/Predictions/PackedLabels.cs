using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>
/// The labels of N examples, either gold labels or a run's predictions, packed as they are stored. Single-label data:
/// the class of each example as a little-endian uint16. Multi-label data: ceil(C / 8) bytes for each example with one
/// bit for each of the C classes, class c in bit c % 8 of byte c / 8.
/// </summary>
public sealed class PackedLabels
{
    private const int ClassBytes = sizeof(ushort), BitsOfByte = 8;

    private readonly int width;

    /// <exception cref="ArgumentException">The bytes do not form whole examples.</exception>
    public PackedLabels(LearningTask task, int classCount, byte[] bytes)
    {
        (Task, ClassCount, Bytes, width) = (task, classCount, bytes, BytesPerExample(task, classCount));
        if (bytes.Length % width != 0)
            throw new ArgumentException(
                $"{bytes.Length} bytes are not a whole number of examples of {width} bytes.", nameof(bytes));
    }

    public LearningTask Task { get; }

    /// <summary>C.</summary>
    public int ClassCount { get; }

    public byte[] Bytes { get; }

    /// <summary>N.</summary>
    public int Count => Bytes.Length / width;

    public static int BytesPerExample(LearningTask task, int classCount) => task switch
    {
        LearningTask.SingleLabel => ClassBytes,
        LearningTask.MultiLabel => (classCount + BitsOfByte - 1) / BitsOfByte,
    };

    /// <param name="labels">The classes of each of the N examples; exactly one for single-label data.</param>
    /// <exception cref="ArgumentException">A class is not in 0 to C - 1, or an example of single-label data does not
    /// have exactly one class.</exception>
    public static PackedLabels Of(LearningTask task, int classCount, IEnumerable<IReadOnlyList<short>> labels)
    {
        var bytes = new List<byte>();
        var example = new byte[BytesPerExample(task, classCount)];
        foreach (var classes in labels)
        {
            Pack(task, classCount, classes, example);
            bytes.AddRange(example);
        }
        return new PackedLabels(task, classCount, [.. bytes]);
    }

    /// <summary>One class for each example.</summary>
    /// <exception cref="ArgumentException">A class is not in 0 to C - 1.</exception>
    public static PackedLabels OfClasses(int classCount, params IEnumerable<int> classes)
    {
        var bytes = new List<byte>();
        Span<byte> example = stackalloc byte[ClassBytes];
        foreach (var c in classes)
        {
            RequireClass(c, classCount);
            BinaryPrimitives.WriteUInt16LittleEndian(example, (ushort)c);
            bytes.AddRange(example);
        }
        return new PackedLabels(LearningTask.SingleLabel, classCount, [.. bytes]);
    }

    /// <param name="into">The bytes of the example, which are completely overwritten.</param>
    /// <exception cref="ArgumentException">A class is not in 0 to C - 1, or an example of single-label data does not
    /// have exactly one class.</exception>
    public static void Pack(LearningTask task, int classCount, IReadOnlyList<short> classes, Span<byte> into)
    {
        foreach (var c in classes) RequireClass(c, classCount);
        if (task == LearningTask.SingleLabel)
        {
            if (classes.Count != 1)
                throw new ArgumentException(
                    $"Single-label data has one label for each example, not {classes.Count}.", nameof(classes));
            BinaryPrimitives.WriteUInt16LittleEndian(into, (ushort)classes[0]);
            return;
        }
        into.Clear();
        foreach (var c in classes) Add(into, c);
    }

    /// <summary>Adds class <paramref name="c"/> to the set of an example.</summary>
    public static void Add(Span<byte> set, int c) => set[c / BitsOfByte] |= (byte)(1 << (c % BitsOfByte));

    /// <summary>A copy of the labels of consecutive examples.</summary>
    public PackedLabels Slice(int start, int count) =>
        new(Task, ClassCount, Bytes[(start * width)..((start + count) * width)]);

    /// <summary>The bytes of one example: two examples have the same labels if their bytes are equal.</summary>
    public ReadOnlySpan<byte> At(int example) => Bytes.AsSpan(example * width, width);

    /// <summary>The class of an example of single-label data.</summary>
    public int ClassAt(int example) => PackedPredictions.ClassAt(Bytes, example);

    public bool Has(int example, int c) => Task switch
    {
        LearningTask.SingleLabel => ClassAt(example) == c,
        LearningTask.MultiLabel => (Bytes[(example * width) + (c / BitsOfByte)] & (1 << (c % BitsOfByte))) != 0,
    };

    /// <summary>The example's classes, ascending.</summary>
    public IEnumerable<int> ClassesAt(int example) => Task switch
    {
        LearningTask.SingleLabel => [ClassAt(example)],
        LearningTask.MultiLabel => Enumerable.Range(0, ClassCount).Where(c => Has(example, c)),
    };

    /// <summary>Writes the example's classes, ascending.</summary>
    /// <param name="into">Has room for C classes.</param>
    /// <returns>The number of the classes.</returns>
    public int ClassesAt(int example, Span<int> into)
    {
        if (Task == LearningTask.SingleLabel)
        {
            into[0] = ClassAt(example);
            return 1;
        }
        var set = At(example);
        var count = 0;
        for (var at = 0; at < set.Length; at++)
            for (int rest = set[at]; rest != 0; rest &= rest - 1)
                into[count++] = (at * BitsOfByte) + BitOperations.TrailingZeroCount(rest);
        return count;
    }

    /// <summary>Adds a vote to each class of the example.</summary>
    /// <param name="votes">C vote counts.</param>
    public void Vote(int example, int[] votes)
    {
        if (Task == LearningTask.SingleLabel)
        {
            votes[ClassAt(example)]++;
            return;
        }
        var set = At(example);
        for (var at = 0; at < set.Length; at++)
            for (int rest = set[at]; rest != 0; rest &= rest - 1)
                votes[(at * BitsOfByte) + BitOperations.TrailingZeroCount(rest)]++;
    }

    /// <summary>Whether every class is one of 0 to C - 1.</summary>
    public bool AreInRange()
    {
        var beyond = ClassCount % BitsOfByte == 0 ? 0 : 0xFF << (ClassCount % BitsOfByte) & 0xFF;
        for (var i = 0; i < Count; i++)
            if (Task == LearningTask.SingleLabel ? ClassAt(i) >= ClassCount : (At(i)[^1] & beyond) != 0) return false;
        return true;
    }

    /// <summary>Whether both have the same number N of examples, the same task and C classes.</summary>
    public bool IsLike(PackedLabels other) =>
        other.Task == Task && other.ClassCount == ClassCount && other.Count == Count;

    /// <summary>The number of examples whose labels are not the same in both.</summary>
    /// <exception cref="ArgumentException">They do not have the same examples.</exception>
    public int CountDiffering(PackedLabels other)
    {
        if (!IsLike(other)) throw new ArgumentException("Both must have labels of the same examples.", nameof(other));
        // Whole numbers of two bytes: many times faster than spans, and every pair of runs is compared.
        if (width == ClassBytes)
            return TensorPrimitives.HammingDistance<ushort>(
                MemoryMarshal.Cast<byte, ushort>(Bytes), MemoryMarshal.Cast<byte, ushort>(other.Bytes));
        var differing = 0;
        for (var i = 0; i < Count; i++)
            if (!At(i).SequenceEqual(other.At(i))) differing++;
        return differing;
    }

    private static void RequireClass(int c, int classCount)
    {
        if (c < 0 || c >= classCount)
            throw new ArgumentOutOfRangeException(nameof(c), $"Class {c} is not one of 0 to {classCount - 1}.");
    }
}
