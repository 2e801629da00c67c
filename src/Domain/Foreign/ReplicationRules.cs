using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign;

/// <summary>
/// Several runs of a cohort are repeats, and the definition states of what; with replication none, a cohort has one
/// run. The replication of a sweep is that of its first import.
/// </summary>
public static class ReplicationRules
{
    private const string Field = "replication";

    /// <summary>The faults that are known before the files are read.</summary>
    /// <param name="import">A definition that may have other faults.</param>
    /// <param name="sweep">The sweep that it extends; null for a new one.</param>
    public static IEnumerable<FieldError> Check(PredictionImport import, ExtendedSweep? sweep)
    {
        var several = (sweep?.Foreign.Replication ?? import.Replication) == ReplicationKind.None
            ? Several(import, sweep).ToList() : [];
        if (several.Count == 0 && sweep is not null && import.Replication != sweep.Foreign.Replication)
            several.Add(new(Field, $"must be {Wire.Name(sweep.Foreign.Replication)}, as in the sweep"));
        return several;
    }

    /// <summary>The fault of a cohort that has several runs, and whose replication is none.</summary>
    /// <param name="isExtended">Whether runs are added to a sweep, whose replication stays as it is.</param>
    internal static FieldError Several(string cohort, int runs, bool isExtended) => new(
        Field,
        isExtended
            ? $"is none in the sweep, so each of its cohorts has one run, and '{cohort}' would have {runs}. State "
                + "another cohort for the run, or import all runs as a new sweep with the replication training, "
                + "evaluation or setting"
            : $"is none, and the cohort '{cohort}' has {runs} runs; state how they differ: training, evaluation or "
                + "setting");

    private static IEnumerable<FieldError> Several(PredictionImport import, ExtendedSweep? sweep) =>
        from run in ImportConflicts.Runs(import)
        group run.Seed by run.Cohort into cohort
        let runs = cohort.Concat(sweep?.Seeds.GetValueOrDefault(cohort.Key) ?? Enumerable.Empty<int>())
            .Distinct().Count()
        where runs > 1
        select Several(cohort.Key, runs, sweep is not null);
}
