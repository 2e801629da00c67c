namespace PieService.Domain.Pies;

/// <summary>The sizes of the cohorts of a comparison, and whether their runs belong together.</summary>
/// <param name="Dense">R_D, at least 1.</param>
/// <param name="Pruned">R_P, at least 1.</param>
/// <param name="Paired">
/// Whether run r of both cohorts has the same seed; then both have the same number of runs.
/// </param>
/// <param name="Imported">Whether other programs made the runs, so that nobody can request more of them here.</param>
public sealed record ComparedCohorts(int Dense, int Pruned, bool Paired, bool Imported = false)
{
    /// <summary>The runs of the smaller cohort.</summary>
    public int Fewest => Math.Min(Dense, Pruned);

    /// <summary>Whether one model is compared with one: there are no votes then, and no statement about other
    /// models.</summary>
    public bool IsOneAgainstOne => (Dense, Pruned) == (1, 1);

    /// <summary>How a user gets more runs, as the end of a message.</summary>
    public string MoreRuns => Imported ? MoreImported("each cohort") : "request more seeds";

    /// <summary>The same for imported runs. A sweep whose replication is none refuses a second run of a
    /// cohort.</summary>
    public static string MoreImported(string cohort) =>
        $"import more runs of {cohort} or, if replication is none, all runs again with another replication";

    public static ComparedCohorts OfSeeds(int seeds) => new(seeds, seeds, Paired: true);
}
