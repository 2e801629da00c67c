using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.SweepAnalysis;

/// <summary>The comparison that a row, or a side of it, is about.</summary>
public interface IComparisonIdentity
{
    Guid ComparisonId { get; }

    /// <summary>The model's name in the sweep.</summary>
    string Model { get; }
    Architecture Architecture { get; }
    Method Method { get; }

    /// <summary>The target sparsity, in percent.</summary>
    decimal Sparsity { get; }
    Method Baseline { get; }

    /// <summary>
    /// The cohort of imported predictions; null, like the next two, if this service trained the runs.
    /// </summary>
    string? Cohort { get; }
    string? Compression { get; }
    double? Bits { get; }
    Split Split { get; }
}

internal static class IdentityColumns
{
    /// <param name="prefix">The side of the row, such as first_; empty if the row has one comparison.</param>
    public static Columns<TItem> Identity<TItem>(
        this Columns<TItem> columns, string prefix, Func<TItem, IComparisonIdentity> of) => columns
        .Id($"{prefix}comparisonId", row => of(row).ComparisonId)
        .Text($"{prefix}model", row => of(row).Model)
        .Name($"{prefix}architecture", row => of(row).Architecture)
        .Name($"{prefix}method", row => of(row).Method)
        .Real($"{prefix}sparsity", row => (double)of(row).Sparsity)
        .Name($"{prefix}baseline", row => of(row).Baseline)
        .Text($"{prefix}cohort", row => of(row).Cohort)
        .Text($"{prefix}compression", row => of(row).Compression)
        .Real($"{prefix}bits", row => of(row).Bits)
        .Name($"{prefix}split", row => of(row).Split);
}
