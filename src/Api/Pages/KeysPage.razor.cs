using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Access;
using PieService.Api.Http;

namespace PieService.Api.Pages;

/// <summary>The keys of the pages, which Assets/keys.js implements.</summary>
public partial class KeysPage : HtmlPage<IReadOnlyList<PageKey>>
{
    public const string Path = $"{Browsing.Path}/keys";

    private static readonly IReadOnlyList<PageKey> All =
    [
        new("j", "the link of the next row of a table; after the last row, the link to the next page of the table"),
        new("k", "the link of the previous row"),
        new("Enter", "opens the link that has the focus"),
        new("n", "opens the next example or comparison of the list; on other pages, the next page of the table"),
        new("p", "opens the previous example or comparison of the list"),
        new("/", "the filter for texts or the search; on other pages, the first filter"),
        new("?", "opens this page"),
    ];

    public static RazorComponentResult<KeysPage> Show(Query<NoQuery> _) => Render<KeysPage>(All);
}

/// <param name="Effect">To where the key moves the focus, or what it does.</param>
public sealed record PageKey(string Key, string Effect);
