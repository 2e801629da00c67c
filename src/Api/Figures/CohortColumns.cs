using PieService.Api.Tables;

namespace PieService.Api.Figures;

/// <summary>The columns that identify a cohort in the table of a figure.</summary>
public static class CohortColumns
{
    /// <param name="prefix">Begins each name if a row has several cohorts.</param>
    public static Columns<TRow> Cohort<TRow>(
        this Columns<TRow> columns, Func<TRow, ComparedCohort> cohort, string prefix = "") => columns
        .Id($"{prefix}comparisonId", row => cohort(row).ComparisonId)
        .Name($"{prefix}method", row => cohort(row).Method)
        .Real($"{prefix}target", row => (double?)cohort(row).Target)
        .Text($"{prefix}cohort", row => cohort(row).Cohort)
        .Flag($"{prefix}collapsed", row => cohort(row).Collapsed);
}
