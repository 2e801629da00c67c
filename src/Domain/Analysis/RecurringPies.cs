namespace PieService.Domain.Analysis;

/// <summary>How many of the PIEs that one half of the seeds finds the other half finds too (analysis 4).</summary>
internal sealed class RecurringPies
{
    private readonly List<double> jaccards = [];
    private double both, sizes;

    public double? Recurrence => sizes == 0 ? null : 2 * both / sizes;

    public double? Jaccard => jaccards.Count == 0 ? null : jaccards.Average();

    /// <param name="a">The examples that one half finds.</param>
    /// <param name="b">Those that the other half finds.</param>
    public void Add(DifferingCells a, DifferingCells b)
    {
        var common = a.Common(b);
        (both, sizes) = (both + common, sizes + a.Count + b.Count);
        if (a.Count + b.Count > 0) jaccards.Add((double)common / (a.Count + b.Count - common));
    }
}
