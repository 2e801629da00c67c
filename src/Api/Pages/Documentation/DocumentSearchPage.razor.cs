using PieService.Api.Documentation;

namespace PieService.Api.Pages.Documentation;

public partial class DocumentSearchPage : HtmlPage<DocumentSearchPage.Content>
{
    private static readonly IReadOnlyList<(string Name, string Address)> Crumbs =
        [(Library.Contents.Title, DocumentLink.Path)];

    public sealed record Content(string Words, IReadOnlyList<FoundSection> Found);

    public static IResult Show(string words) =>
        Render<DocumentSearchPage>(new Content(words, DocumentSearch.Find(words)));
}
