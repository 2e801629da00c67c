using System.Globalization;
using System.Text.Json.Nodes;
using PieService.Api.Tables;
using PieService.Domain;

namespace PieService.Api.Pages;

/// <summary>The rows of a table of the API as the cells of a page.</summary>
/// <param name="Same">The columns that have the same value in each of these rows, with the value; they are not among
/// the others.</param>
/// <param name="Hidden">The number of columns that only the files have: those that are empty in these rows, and those
/// beyond the fortieth.</param>
public sealed record TableCells(
    IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<TableCell>> Rows,
    IReadOnlyList<(string Column, string Text)> Same, int Hidden)
{
    /// <summary>Of two rows, many columns are the same by chance.</summary>
    private const int FewestRows = 3;

    /// <summary>A column for each of ten thousand labels fits on no page.</summary>
    private const int MostColumns = 40;

    public static TableCells None { get; } = new([], [], [], 0);

    /// <param name="exampleAddress">The page of an example; by default that of the example in its dataset.</param>
    public static TableCells Of<TItem>(
        IReadOnlyList<TItem> items, Columns<TItem> columns, Func<Guid, string>? exampleAddress = null)
    {
        var filled = columns.Where(column => items.Any(item => column.Text(item) is not null)).Take(MostColumns)
            .ToList();
        var same = items.Count < FewestRows ? []
            : filled.FindAll(column => !TableCell.ListsComparisons(column)
                && items.Select(column.Text).Distinct().Take(2).Count() == 1);
        var shown = filled.Except(same).ToList();
        return new(
            [.. shown.Select(column => column.Name)],
            [.. items.Select(item => shown.Select(column => TableCell.Of(column, item, exampleAddress)).ToList())],
            [.. same.Select(column => (column.Name, TableCell.Of(column, items[0], exampleAddress).Text!))],
            columns.Count - filled.Count);
    }
}

/// <param name="Text">The value; null if there is none.</param>
/// <param name="IsNumber">Whether the column has numbers, which are aligned to the right.</param>
/// <param name="Address">The page of the resource whose id it is; null for other values.</param>
/// <param name="Comparisons">The ids of the comparisons that it lists; empty for other values.</param>
public sealed record TableCell(string? Text, bool IsNumber, string? Address, IReadOnlyList<Guid> Comparisons)
{
    /// <summary>The first digits of an id are the time, which many have in common.</summary>
    private const int ShownOfId = 8;

    private const string Examples = "examples";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static TableCell Of<TItem>(Column<TItem> column, TItem item, Func<Guid, string>? exampleAddress)
    {
        var isNumber = column.Kind != ColumnKind.Text;
        if (column.Text(item) is not { } text) return new(null, isNumber, null, []);
        if (PageOf(column.Name) is { } page && Guid.TryParse(text, out var id))
            return new(
                text[^ShownOfId..], false,
                page == Examples && exampleAddress is not null ? exampleAddress(id) : $"/ui/{page}/{text}", []);
        if (ListsComparisons(column))
            return new(text, false, null, Json.Read<IReadOnlyList<Guid>>(text));
        return new(
            column.Kind switch
            {
                ColumnKind.Text => column.IsList ? Joined(text) : text,
                ColumnKind.Whole => WithMinus(long.Parse(text, Culture).ToString("N0", Culture)),
                ColumnKind.Real => WithMinus(Rounded(text)),
            },
            isNumber, null, []);
    }

    /// <summary>Whether the column has lists of ids of comparisons, which the page shows by their names.</summary>
    public static bool ListsComparisons<TItem>(Column<TItem> column) =>
        column is { IsList: true, Name: "comparisons" or "comparisonIds" };

    /// <summary>The values of a list of JSON.</summary>
    private static string Joined(string list) => Json.Read<JsonArray>(list) is { Count: > 0 } values
        ? string.Join(", ", values.Select(value => value?.ToString())) : "none";

    /// <summary>Real numbers of the API have up to 17 digits.</summary>
    private static string Rounded(string text) =>
        text.Length <= 6 ? text : double.Parse(text, Culture).ToString("G4", Culture);

    private static string WithMinus(string number) => number.Replace('-', '\u2212');

    private static string? PageOf(string column) =>
        column.EndsWith("exampleId", StringComparison.OrdinalIgnoreCase) ? Examples
        : column.EndsWith("comparisonId", StringComparison.OrdinalIgnoreCase) ? "comparisons"
        : column.EndsWith("runId", StringComparison.OrdinalIgnoreCase) ? "runs"
        : null;
}
