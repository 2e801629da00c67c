using System.Numerics;

namespace PieService.Domain.Analysis;

/// <summary>The PIEs of a comparison among its N examples, with one bit for each example.</summary>
/// <param name="examples">N.</param>
public sealed class PieSet(int examples)
{
    private const int WordBits = 64;

    private readonly ulong[] words = new ulong[(examples + WordBits - 1) / WordBits];

    public int Examples => examples;

    public int Count => words.Sum(BitOperations.PopCount);

    /// <param name="position">In [0, N).</param>
    public void Add(int position) => words[position / WordBits] |= 1UL << (position % WordBits);

    public bool Contains(int position) => (words[position / WordBits] & (1UL << (position % WordBits))) != 0;

    /// <summary>The positions of the PIEs, ascending.</summary>
    public IEnumerable<int> Positions()
    {
        for (var word = 0; word < words.Length; word++)
            for (var left = words[word]; left != 0; left &= left - 1)
                yield return (word * WordBits) + BitOperations.TrailingZeroCount(left);
    }

    /// <summary>The number of PIEs of both comparisons.</summary>
    /// <exception cref="ArgumentException">They are not of the same examples.</exception>
    public int Shared(PieSet other)
    {
        if (other.Examples != examples) throw new ArgumentException("Both have the same examples.", nameof(other));
        return words.Zip(other.words, (own, others) => BitOperations.PopCount(own & others)).Sum();
    }
}
