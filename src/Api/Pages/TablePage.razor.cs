using PieService.Api.Lists;
using PieService.Domain;

namespace PieService.Api.Pages;

/// <summary>A table of the API as a page.</summary>
public partial class TablePage : HtmlPage<TablePage.Content>
{
    /// <param name="Needs">What the table needs besides labelled comparisons; null if nothing.</param>
    /// <param name="Path">The address of the table below that of the API.</param>
    /// <param name="Names">The comparisons that cells list, by their ids.</param>
    /// <param name="Pages">The place in the list.</param>
    /// <param name="Refusal">Why the table cannot show what the filters select, so that it has no rows; null if it can.
    /// </param>
    public sealed record Content(
        string Title, string? Needs, IReadOnlyList<(string Name, string Address)> Crumbs, string Path,
        IReadOnlyList<FilterField> Fields, TableCells Cells, IReadOnlyDictionary<Guid, string> Names, long Total,
        Page<object> Pages, FieldError? Refusal = null)
    {
        /// <summary>A table that needs other filters.</summary>
        public static Content Refused(
            string title, FieldError refusal, IReadOnlyList<(string Name, string Address)> crumbs, string path,
            IReadOnlyList<FilterField> fields) =>
            new(
                title, null, crumbs, path, fields, TableCells.None, new Dictionary<Guid, string>(), 0,
                new Page<object>([], null, 0), refusal);

        /// <summary>The name of a comparison; its id if the comparison was deleted meanwhile.</summary>
        public string NameOf(Guid comparison) => Names.GetValueOrDefault(comparison) ?? comparison.ToString();
    }

    /// <summary>A text up to this length is on one line.</summary>
    private const int Short = 16;

    public static IResult Of(Content content) => Render<TablePage>(content);

    private static string? ClassOf(TableCell cell) =>
        cell.IsNumber ? "number"
        : cell.Comparisons.Count > 0 ? "comparisons"
        : cell.Text is { Length: <= Short } ? "short"
        : null;
}
