using Microsoft.AspNetCore.Mvc;
using PieService.Api.Access;
using PieService.Api.Events;
using PieService.Api.Figures;
using PieService.Api.Http;
using PieService.Api.Pages.Documentation;
using PieService.Api.Reports;

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
        pages.MapGet("/datasets", DatasetListPage.ShowAsync);
        pages.MapGet("/datasets/{id:guid}", DatasetPage.ShowAsync);
        pages.MapDatasetActions();
        pages.MapGet("/sweeps", SweepListPage.ShowAsync);
        pages.MapGet("/sweeps/new", NewSweepPage.ShowAsync);
        var mostOfForm = new RequestSizeLimitAttribute(RequestForm.MaxJsonBody);
        pages.MapPost("/sweeps/new", NewSweepPage.PlanAsync).WithMetadata(mostOfForm, new ChangesNothing());
        pages.MapPost("/sweeps", NewSweepPage.SubmitAsync).WithMetadata(mostOfForm).WithName("submitSweepOnPage");
        pages.MapGet("/sweeps/{id:guid}", SweepPage.ShowAsync);
        pages.MapSweepActions();
        pages.MapGet("/sweeps/{id:guid}/request", RequestPage.ShowAsync);
        pages.MapGet("/sweeps/{id:guid}/runs", RunListPage.ShowAsync);
        pages.MapGet("/runs/{id:guid}", RunPage.ShowAsync);
        pages.MapGet("/comparisons/{id:guid}", ComparisonPage.ShowAsync);
        pages.MapGet("/comparisons/{id:guid}/pair", PairPage.ShowAsync);
        pages.MapTables();
        pages.MapGet("/sweeps/{id:guid}/examples/{exampleId:guid}", VotePage.ShowAsync);
        pages.MapGet("/examples/{id:guid}", ExamplePage.ShowAsync);
        pages.MapGet("/models", ModelListPage.ShowAsync);
        pages.MapGet("/system", SystemPage.ShowAsync);
        pages.MapGet("/words", WordsPage.Show);
        pages.MapGet("/keys", KeysPage.Show);
        pages.MapGet("/docs", DocumentPage.ShowContents);
        pages.MapGet("/docs/{**name}", DocumentPage.Show);
        pages.MapGet("/sweeps/{id:guid}/events", SweepEventEndpoints.Follow).WithMetadata(new OutsideRequestLimit());
        MapShownFiles(pages);
    }

    /// <summary>
    /// The figures and the report: a browser that has sent a key for a page sends it only for addresses below the same
    /// path (RFC 7617, 2.2). The files to download are links into the API, where the browser is asked for the key again
    /// (<see cref="Browsing.MayAsk"/>), and sends the one that it has for this realm.
    /// </summary>
    private static void MapShownFiles(RouteGroupBuilder pages)
    {
        pages.MapGet("/sweeps/{id:guid}/report.html", ReportEndpoint.Get);
        pages.MapGet("/sweeps/{id:guid}/figures/{name}.{format}", FigureEndpoints.GetFile);
        pages.MapGet(
            "/sweeps/{id:guid}/examples/{exampleId:guid}/figures/trajectory.{format}",
            ExampleFigureEndpoints.GetFile);
    }
}
