namespace PieService.Worker.Training;

/// <summary>The kept weights of one tensor. Masks only shrink: a pruned weight stays pruned.</summary>
public sealed class Mask
{
    private readonly byte[] kept;

    private Mask(byte[] kept)
    {
        this.kept = kept;
        Kept = kept.AsSpan().Count((byte)1);
    }

    public int Size => kept.Length;

    /// <summary>The number of kept weights.</summary>
    public int Kept { get; }

    public int Pruned => Size - Kept;

    /// <summary>The share of the weights that is pruned, 0 to 1.</summary>
    public double Sparsity => (double)Pruned / Size;

    /// <summary>1 = kept, 0 = pruned, row-major.</summary>
    public ReadOnlyMemory<byte> Values => kept;

    public bool Keeps(int index) => kept[index] == 1;

    public static Mask Full(int size)
    {
        var kept = new byte[size];
        Array.Fill(kept, (byte)1);
        return new(kept);
    }

    /// <exception cref="ArgumentException">A value is neither 0 nor 1.</exception>
    public static Mask Of(ReadOnlySpan<byte> values) => values.ContainsAnyExcept((byte)0, (byte)1)
        ? throw new ArgumentException("A mask holds 0 and 1 only.", nameof(values))
        : new(values.ToArray());

    /// <summary>This mask without the given weights.</summary>
    /// <exception cref="ArgumentException">A weight is pruned already.</exception>
    public Mask Without(ReadOnlySpan<int> indices)
    {
        var left = (byte[])kept.Clone();
        foreach (var index in indices)
        {
            if (left[index] == 0) throw new ArgumentException($"Weight {index} is pruned already.", nameof(indices));
            left[index] = 0;
        }
        return new(left);
    }

    /// <summary>Whether the other mask keeps every weight that this mask keeps.</summary>
    public bool IsWithin(Mask other)
    {
        if (Size != other.Size) return false;
        for (var i = 0; i < kept.Length; i++)
            if (kept[i] > other.kept[i]) return false;
        return true;
    }
}
