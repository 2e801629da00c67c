using System.Text.Json.Serialization;

namespace PieService.Domain.Sweeps;

/// <summary>The cohorts of a sweep whose predictions were imported; it has them instead of a request.</summary>
/// <param name="Replication">How the runs of a cohort differ.</param>
public sealed record ForeignCohorts(ReplicationKind Replication, IReadOnlyList<ForeignCohort> Cohorts)
{
    /// <summary>Each cohort with the baseline of its model, in the order of the cohorts.</summary>
    public IEnumerable<(ForeignCohort Baseline, ForeignCohort Compared)> Comparisons() =>
        from compared in Cohorts
        where !compared.Baseline
        select (Cohorts.First(cohort => cohort.Baseline && cohort.Model == compared.Model), compared);
}

/// <summary>How the runs of a cohort differ, which decides what their votes speak about.</summary>
public enum ReplicationKind
{
    /// <summary>One model each: no run repeats another.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>Trainings with different seeds.</summary>
    [JsonStringEnumMemberName("training")] Training,

    /// <summary>Evaluations of one model.</summary>
    [JsonStringEnumMemberName("evaluation")] Evaluation,

    /// <summary>Settings of a compression.</summary>
    [JsonStringEnumMemberName("setting")] Setting,
}

/// <summary>How the run of a seed is related to the baseline's run of the same seed.</summary>
public enum SeedPairing
{
    [JsonStringEnumMemberName("none")] None,

    /// <summary>Both were trained with the seed.</summary>
    [JsonStringEnumMemberName("seed")] Seed,

    /// <summary>The model was made of that run.</summary>
    [JsonStringEnumMemberName("model")] Model,
}
