namespace PieService.Domain.Analysis;

/// <summary>
/// How many of the PIEs that one half of the seeds finds the other half finds too, counted for each split,
/// a block of examples at a time.
/// </summary>
internal sealed class RecurringPies(int splits)
{
    private readonly int[] both = new int[splits], sizes = new int[splits];

    /// <summary>2 sum |E_A and E_B| / sum (|E_A| + |E_B|); null if there are no PIEs.</summary>
    public double? Recurrence => sizes.All(size => size == 0)
        ? null : 2 * both.Sum(count => (double)count) / sizes.Sum(size => (double)size);

    /// <summary>Mean over the splits with PIEs of |E_A and E_B| / |E_A or E_B|; null if there are no PIEs.</summary>
    public double? Jaccard => both.Zip(sizes, (common, size) => size == 0 ? null : (double?)common / (size - common))
        .Average();

    /// <param name="a">The examples of the block that one half finds.</param>
    /// <param name="b">Those that the other half finds.</param>
    public void Add(int split, DifferingCells a, DifferingCells b)
    {
        both[split] += a.Common(b);
        sizes[split] += a.Count + b.Count;
    }
}
