using PieService.Api.Access;
using PieService.Api.Pages.Documentation;

namespace PieService.Api.Pages;

/// <summary>
/// The pages for people: Razor components that endpoints render on the server, from the same queries as the API.
/// </summary>
public static class PageSetup
{
    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<IProblemDetailsWriter, ErrorPageWriter>();
    }

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => TypedResults.Redirect(Browsing.Path)).ExcludeFromDescription().AllowAnonymous();
        var pages = routes.MapGroup(Browsing.Path).ExcludeFromDescription();
        pages.MapGet("/", () => TypedResults.Redirect($"{Browsing.Path}/sweeps"));
        pages.MapGet("/assets/{name}", PageAssets.Get).AllowAnonymous();
        pages.MapGet("/sweeps", SweepListPage.ShowAsync);
        pages.MapGet("/sweeps/{id:guid}", SweepPage.ShowAsync);
        pages.MapGet("/comparisons/{id:guid}", ComparisonPage.ShowAsync);
        pages.MapGet("/words", WordsPage.Show);
        pages.MapGet("/docs", DocumentPage.ShowContents);
        pages.MapGet("/docs/{**name}", DocumentPage.Show);
    }
}
