namespace PieService.Domain.Analysis;

/// <summary>The errors of each run of both cohorts on the same examples.</summary>
/// <param name="Examples">The number of the examples.</param>
/// <param name="Dense">The number of errors of each dense run.</param>
/// <param name="Pruned">The number of errors of each pruned run.</param>
public sealed record ErrorCounts(int Examples, IReadOnlyList<int> Dense, IReadOnlyList<int> Pruned)
{
    /// <summary>The errors on those of these examples that are not the part.</summary>
    public ErrorCounts Without(ErrorCounts part) => new(
        Examples - part.Examples, [.. Dense.Zip(part.Dense, (all, own) => all - own)],
        [.. Pruned.Zip(part.Pruned, (all, own) => all - own)]);

    /// <summary>The error rate of each run; there must be examples.</summary>
    internal double[] Rates(IReadOnlyList<int> errors) => [.. errors.Select(count => (double)count / Examples)];
}
