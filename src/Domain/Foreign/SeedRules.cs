using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign;

/// <summary>The conditions for the seeds of foreign cohorts, when all runs of them are known.</summary>
internal static class SeedRules
{
    /// <param name="seeds">The seeds of the runs of each cohort that has one, by the name of the cohort.</param>
    /// <param name="isExtended">Whether some of the runs are added to a sweep.</param>
    public static IEnumerable<FieldError> Check(
        ForeignCohorts cohorts, IReadOnlyDictionary<string, HashSet<int>> seeds, bool isExtended = false) =>
        [.. Counts(cohorts, seeds, isExtended), .. Pairs(cohorts, seeds)];

    private static IEnumerable<FieldError> Counts(
        ForeignCohorts cohorts, IReadOnlyDictionary<string, HashSet<int>> seeds, bool isExtended)
    {
        foreach (var (i, cohort) in cohorts.Cohorts.Index())
        {
            var runs = seeds.GetValueOrDefault(cohort.Name!)?.Count ?? 0;
            if (runs == 0) yield return new($"cohorts[{i}]", "has no run with predictions");
            if (runs > 1 && cohorts.Replication == ReplicationKind.None)
                yield return ReplicationRules.Several(cohort.Name!, runs, isExtended);
        }
    }

    /// <summary>A comparison over pairs is over the seeds that both cohorts have.</summary>
    private static IEnumerable<FieldError> Pairs(
        ForeignCohorts cohorts, IReadOnlyDictionary<string, HashSet<int>> seeds)
    {
        foreach (var (i, cohort) in cohorts.Cohorts.Index())
            if (cohort is { Baseline: false, Pairing: not SeedPairing.None }
                && cohorts.Cohorts.First(other => other.Baseline && other.Model == cohort.Model) is var baseline
                && seeds.TryGetValue(cohort.Name!, out var own) && own.Count > 0
                && seeds.TryGetValue(baseline.Name!, out var others) && others.Count > 0 && !own.Overlaps(others))
                yield return new(
                    $"cohorts[{i}].pairing",
                    $"is {Wire.Name(cohort.Pairing)}, and no seed of the cohort '{cohort.Name}' is one of its baseline "
                        + $"'{baseline.Name}'; state the seeds that belong together, or leave pairing out");
    }
}
