namespace PieService.Domain.Pies;

/// <summary>The sizes of the cohorts of a comparison, and whether their runs belong together.</summary>
/// <param name="Dense">R_D, at least 1.</param>
/// <param name="Pruned">R_P, at least 1.</param>
/// <param name="Paired">
/// Whether run r of both cohorts has the same seed; then both have the same number of runs.
/// </param>
public sealed record ComparedCohorts(int Dense, int Pruned, bool Paired)
{
    public CohortKind Kind { get; init; } = CohortKind.Trained;

    /// <summary>The runs of the smaller cohort.</summary>
    public int Fewest => Math.Min(Dense, Pruned);

    /// <summary>Whether one model is compared with one: there are no votes then, and no statement about other
    /// models.</summary>
    public bool IsOneAgainstOne => (Dense, Pruned) == (1, 1);

    public static ComparedCohorts OfSeeds(int seeds) => new(seeds, seeds, Paired: true);
}
