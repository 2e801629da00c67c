using PieService.Api.Tables;
using PieService.Domain.Analysis;

namespace PieService.Api.Comparisons;

/// <summary>The flat columns of a class of a comparison.</summary>
internal static class ClassColumns
{
    public static Columns<TItem> Class<TItem>(this Columns<TItem> columns) where TItem : ClassResponse => columns
        .Text("label", row => row.Label)
        .Whole("examples", row => row.Examples)
        .Real("share", row => row.Share)
        .Whole("pies", row => row.Pies)
        .Real("pieShare", row => row.PieShare)
        .Real("pieRate", row => row.PieRate)
        .Whole("differing", row => row.Differing)
        .Cohort("dense", row => row.Dense)
        .Cohort("pruned", row => row.Pruned)
        .Real("labelShare", row => row.LabelShare)
        .Real("pieLabelShare", row => row.PieLabelShare)
        .Real("differingShare", row => row.DifferingShare)
        .Real("residual", row => row.Residual)
        .Real("recallDifference_difference", row => row.RecallDifference?.Difference)
        .Real("recallDifference_t", row => row.RecallDifference?.T)
        .Real("recallDifference_df", row => row.RecallDifference?.Df)
        .Real("recallDifference_p", row => row.RecallDifference?.P)
        .Real("recallDifference_low", row => row.RecallDifference?.Low)
        .Real("recallDifference_high", row => row.RecallDifference?.High)
        .Real("recallDifference_holm", row => row.RecallDifference?.Holm)
        .Real("recallDifference_q", row => row.RecallDifference?.Q);

    private static Columns<TItem> Cohort<TItem>(
        this Columns<TItem> columns, string name, Func<TItem, CohortClassScore> cohort) => columns
        .Real($"{name}_accuracy", row => cohort(row).Accuracy)
        .Spread($"{name}_precision", row => cohort(row).Precision)
        .Spread($"{name}_recall", row => cohort(row).Recall)
        .Spread($"{name}_f1", row => cohort(row).F1);
}
