using PieService.Domain.Analysis;

namespace PieService.Api.Comparisons;

/// <summary>
/// By how many settings of a compression the examples are changed, if the runs of an imported cohort are settings
/// (replication setting). A setting changes an example if its answer is not that of the baseline's run of its seed, or
/// if the cohorts are not paired, not that of the majority of the baseline.
/// </summary>
/// <param name="Settings">K, the number of settings.</param>
/// <param name="ByChanged">For k = 0 to K the examples that k settings change, with the number that is expected of
/// settings that change examples independently of one another.</param>
/// <param name="Reason">Why this is not known; null if it is.</param>
/// <param name="MarginReason">Why expectedGivenMargin and ratioGivenMargin are not known; null if they are.</param>
public sealed record SettingsResponse(
    int? Settings, IReadOnlyList<ChangedExamples> ByChanged, string? Reason, string? MarginReason)
{
    private const string NoSettings =
        "The runs of the cohort are not several settings of a compression (replication setting).";

    public static SettingsResponse Of(ChangedBySettings? settings) => settings is null
        ? new(null, [], NoSettings, NoSettings)
        : new(settings.Settings, settings.ByChanged, null, settings.MarginReason);
}
