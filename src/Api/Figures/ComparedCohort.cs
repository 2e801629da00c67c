using PieService.Api.Figures.Drawing;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <summary>The pruned or foreign cohort of a comparison, as figures name it.</summary>
/// <param name="Target">The target sparsity in percent.</param>
/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trained the runs.</param>
public sealed record ComparedCohort(Guid ComparisonId, Method Method, decimal Target, string? Cohort)
{
    public static ComparedCohort Of(Comparison comparison) =>
        new(comparison.Id, comparison.Method, comparison.Sparsity, comparison.Cohort);

    public CohortKind Kind => CohortKind.OfNamed(Cohort);

    /// <summary>Names cohorts by what differs between them.</summary>
    public static IReadOnlyList<UserText> Names(IReadOnlyList<ComparedCohort> cohorts)
    {
        var (methods, targets) = (
            cohorts.Select(cohort => cohort.Method).Distinct().Count(),
            cohorts.Select(cohort => cohort.Target).Distinct().Count());
        return [.. cohorts.Select((cohort, index) => cohort.Cohort is { } name
            ? new UserText(name, $"cohort {index + 1}")
            : Known((methods > 1, targets > 1) switch
            {
                (true, true) => $"{Wire.Name(cohort.Method)} {NumberText.Percent(cohort.Target)}",
                (false, true) => NumberText.Percent(cohort.Target),
                _ => Wire.Name(cohort.Method),
            }))];

        static UserText Known(string text) => new(text, text);
    }
}
