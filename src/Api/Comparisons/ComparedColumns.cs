using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Api.Comparisons;

/// <summary>Columns that several tables of comparisons share.</summary>
internal static class ComparedColumns
{
    public static Columns<TItem> Spread<TItem>(this Columns<TItem> columns, string name, Func<TItem, Spread?> value) =>
        columns
            .Real($"{name}_mean", row => value(row)?.Mean)
            .Real($"{name}_sd", row => value(row)?.Sd);

    public static Columns<TItem> NoiseFloor<TItem>(
        this Columns<TItem> columns, string name, Func<TItem, NoiseFloor?> value) => columns
        .Text($"{name}_kind", row => value(row)?.Kind is { } kind ? Wire.Name(kind) : null)
        .Whole($"{name}_seeds", row => value(row)?.Seeds)
        .Whole($"{name}_splits", row => value(row)?.Splits)
        .Real($"{name}_mean", row => value(row)?.Mean)
        .Real($"{name}_sd", row => value(row)?.Sd)
        .Real($"{name}_p05", row => value(row)?.P05)
        .Real($"{name}_p50", row => value(row)?.P50)
        .Real($"{name}_p95", row => value(row)?.P95)
        .Text($"{name}_reason", row => value(row)?.Reason);
}
