using PieService.Api.Documentation;
using PieService.Api.Http;

namespace PieService.Api.Pages.Documentation;

public partial class DocumentPage : HtmlPage<Document>
{
    private IReadOnlyList<(string Name, string Address)> Crumbs =>
        Model == Library.Contents ? [] : [(Library.Contents.Title, DocumentLink.Path)];

    private List<Section> Places => [.. Model.Sections.Where(section => section.Level is 2 or 3)];

    public static IResult ShowContents(Query<DocumentFilter> query) => query.Value.Q is { } words
        ? DocumentSearchPage.Show(words) : Render<DocumentPage>(Library.Contents);

    /// <param name="name">The name of a document, or the path of a picture of one.</param>
    /// <param name="_">No parameters.</param>
    public static IResult Show(string name, Query<NoQuery> _) =>
        Library.Picture(name) is { } picture ? TypedResults.Stream(picture, "image/svg+xml")
        : Library.Find(name) is { } document ? Render<DocumentPage>(document)
        : TypedResults.Problem(
            $"There is no document '{name}'.", statusCode: StatusCodes.Status404NotFound);
}

public sealed record DocumentFilter
{
    /// <summary>The words that a section has.</summary>
    public string? Q { get; init; }
}
