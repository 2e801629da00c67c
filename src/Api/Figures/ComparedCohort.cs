using PieService.Api.Figures.Drawing;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <summary>The pruned or foreign cohort of a comparison, as figures name it.</summary>
/// <param name="Target">The target sparsity in percent.</param>
/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trained the runs.</param>
/// <param name="Collapsed">Whether most runs of this cohort, or of that with which it is compared, have
/// collapsed.</param>
public sealed record ComparedCohort(Guid ComparisonId, Method Method, decimal Target, string? Cohort, bool Collapsed)
{
    public static ComparedCohort Of(Comparison comparison) =>
        new(
            comparison.Id, comparison.Method, comparison.Sparsity, comparison.Cohort,
            comparison.Summary is { HasCollapsedCohort: true });

    internal CohortKind Kind => CohortKind.OfNamed(Cohort);

    /// <summary>The name of the cohort alone.</summary>
    internal string Name => Cohort ?? NameOf(Method, Target);

    /// <summary>Follows the name of a cohort in a drawing; empty unless most runs have collapsed.</summary>
    internal string Mark => Collapsed ? "*" : "";

    internal static string NameOf(Method method, decimal target) =>
        $"{Wire.Name(method)} at {NumberText.Percent(target)} %";

    /// <summary>Names cohorts by what differs between them, with their marks.</summary>
    public static IReadOnlyList<UserText> Names(IReadOnlyList<ComparedCohort> cohorts)
    {
        var (methods, targets) = (
            cohorts.Select(cohort => cohort.Method).Distinct().Count(),
            cohorts.Select(cohort => cohort.Target).Distinct().Count());
        return [.. cohorts.Select((cohort, index) => cohort.Cohort is { } name
            ? new UserText(name + cohort.Mark, $"cohort {index + 1}{cohort.Mark}")
            : Known(cohort.Mark, (methods > 1, targets > 1) switch
            {
                (true, true) => $"{Wire.Name(cohort.Method)} {NumberText.Percent(cohort.Target)}",
                (false, true) => NumberText.Percent(cohort.Target),
                _ => Wire.Name(cohort.Method),
            }))];

        static UserText Known(string mark, string text) => new(text + mark, text + mark);
    }

    /// <summary>Names the cohorts whose PIEs say nothing about pruning; empty if there are none.</summary>
    public static string ExplainCollapsed(IEnumerable<ComparedCohort> cohorts) =>
        Explain([.. cohorts.Where(cohort => cohort.Collapsed).Select(cohort => cohort.Name)]);

    /// <summary>The same for methods with their targets, which are all of collapsed cohorts.</summary>
    public static string ExplainCollapsed(IEnumerable<(Method Method, decimal Target)> collapsed) =>
        Explain([.. collapsed.Select(cohort => NameOf(cohort.Method, cohort.Target))]);

    private static string Explain(IReadOnlyList<string> collapsed) => collapsed.Count == 0 ? ""
        : " * Most runs of one of the two cohorts have collapsed, so the PIEs do not show an effect of compression: "
            + $"{string.Join(", ", collapsed)}.";
}
