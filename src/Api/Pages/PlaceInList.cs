using PieService.Api.Lists;

namespace PieService.Api.Pages;

/// <summary>The place of a page in the list from which it was opened.</summary>
/// <param name="Name">The name of the list.</param>
/// <param name="Address">The page of the list.</param>
public sealed record PlaceInList(string Name, string Address, Adjacent<ListedPage> Pages);

/// <summary>A page of a thing in a list.</summary>
public sealed record ListedPage(string Name, string Path)
{
    /// <summary>The filters of the page from which it is opened that it does not have.</summary>
    public string[] Without { get; init; } = [];
}
