using System.Buffers.Binary;
using System.Numerics;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>The class with most votes on each example of single-label data, the smallest of several.</summary>
internal static class ModalClass
{
    /// <summary>With more classes, counting votes is faster than comparing every vote with every class.</summary>
    private const int MostCompared = 64;

    /// <param name="runs">The packed classes of each run, at least one run, all for the same examples.</param>
    /// <returns>The packed classes with most votes.</returns>
    public static byte[] Of(byte[][] runs, int classCount)
    {
        var modes = new byte[runs[0].Length];
        var compared = classCount <= MostCompared ? Compare(runs, classCount, modes) : 0;
        Count(runs, classCount, modes, compared);
        return modes;
    }

    /// <summary>Compares the votes on as many examples at once as a vector has elements.</summary>
    /// <returns>The number of bytes of <paramref name="modes"/> that were written, all but the last few.</returns>
    private static int Compare(byte[][] runs, int classCount, byte[] modes)
    {
        var at = 0;
        for (; at + Vector<byte>.Count <= modes.Length; at += Vector<byte>.Count)
        {
            var (mode, most) = (Vector<ushort>.Zero, Vector<ushort>.Zero);
            for (ushort c = 0; c < classCount; c++)
            {
                var (votes, wanted) = (Vector<ushort>.Zero, new Vector<ushort>(c));
                // Equal elements become the number with all bits set, which is -1.
                foreach (var run in runs)
                    votes -= Vector.Equals(Vector.AsVectorUInt16(new Vector<byte>(run, at)), wanted);
                mode = Vector.ConditionalSelect(Vector.GreaterThan(votes, most), wanted, mode);
                most = Vector.Max(votes, most);
            }
            Vector.AsVectorByte(mode).CopyTo(modes, at);
        }
        return at;
    }

    /// <summary>Counts the votes from this byte on. Time grows with the runs, not with the classes.</summary>
    private static void Count(byte[][] runs, int classCount, byte[] modes, int from)
    {
        var votes = new int[classCount];
        for (var example = from / sizeof(ushort); example < modes.Length / sizeof(ushort); example++)
        {
            var (mode, most) = (0, 0);
            foreach (var run in runs)
            {
                var c = PackedPredictions.ClassAt(run, example);
                var count = ++votes[c];
                if (count > most || (count == most && c < mode)) (mode, most) = (c, count);
            }
            foreach (var run in runs) votes[PackedPredictions.ClassAt(run, example)] = 0;
            BinaryPrimitives.WriteUInt16LittleEndian(modes.AsSpan(sizeof(ushort) * example), (ushort)mode);
        }
    }
}
