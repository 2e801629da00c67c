using PieService.Api.Lists;

namespace PieService.Api.Pages;

/// <summary>A table of the API as a page.</summary>
public partial class TablePage : HtmlPage<TablePage.Content>
{
    /// <param name="Path">The address of the table below that of the API.</param>
    /// <param name="Pages">The place in the list.</param>
    public sealed record Content(
        string Title, IReadOnlyList<(string Name, string Address)> Crumbs, string Path,
        IReadOnlyList<FilterField> Fields, TableCells Cells, long Total, Page<object> Pages);

    public static IResult Of(Content content) => Render<TablePage>(content);
}
