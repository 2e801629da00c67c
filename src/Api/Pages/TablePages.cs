using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.SweepAnalysis;
using PieService.Api.Tables;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The tables that have no page of their own, as the API has them: filters, columns and order.</summary>
public static class TablePages
{
    /// <summary>The tables of a comparison: the name in its address, and what it has.</summary>
    public static readonly IReadOnlyList<(string Name, string Title)> OfComparison =
    [
        ("classes", "Classes"), ("subgroups", "Subgroups"), ("influence", "Influence bins"), ("texts", "Texts"),
        ("examples", "All examples"), ("relabel-queue", "Suspect labels"),
    ];

    /// <summary>The tables of a sweep.</summary>
    public static readonly IReadOnlyList<(string Name, string Title)> OfSweep =
    [
        ("pies", "PIEs of several comparisons"), ("overlaps", "Overlaps of PIEs"), ("intersections", "Intersections"),
        ("fragile-examples", "Fragile examples"), ("classes", "Classes"), ("models", "PIEs of two models"),
    ];

    public static void MapTables(this IEndpointRouteBuilder pages)
    {
        pages.MapOfComparison("classes", new ClassTable());
        pages.MapOfComparison("subgroups", new SubgroupTable());
        pages.MapOfComparison("influence", new InfluenceTable());
        pages.MapOfComparison("texts", new TextTable());
        pages.MapOfComparison("examples", new ComparisonExampleTable());
        pages.MapOfComparison("relabel-queue", new RelabelTable());
        pages.MapOfSweep("pies", new SweepPieTable());
        pages.MapOfSweep("overlaps", new OverlapTable());
        pages.MapOfSweep("intersections", new IntersectionTable());
        pages.MapOfSweep("fragile-examples", new FragileExampleTable());
        pages.MapOfSweep("classes", new SweepClassTable());
        pages.MapOfSweep("models", new ModelPairTable());
    }

    private static void MapOfComparison<TFilter, TScope, TItem>(
        this IEndpointRouteBuilder pages, string name, Table<TFilter, TScope, TItem> table)
        where TFilter : TableQuery, new()
        where TScope : class
    {
        var title = OfComparison.Single(known => known.Name == name).Title;
        pages.MapGet(
            $"/comparisons/{{id:guid}}/{name}",
            async (Guid id, Query<TFilter> query, PieDbContext db, CancellationToken cancellation) =>
            {
                if (await ComparisonScope.FindAsync(db, id, cancellation) is not { Comparison: var comparison })
                    return Problems.NotFound(table.Kind, id);
                var sweep = await db.Sweeps.Where(one => one.Id == comparison.SweepId).Select(one => one.Name)
                    .SingleAsync(cancellation);
                return await ShowAsync(
                    table, id, query.Value, $"/comparisons/{id}/{name}", title,
                    [
                        ("Sweeps", "/ui/sweeps"), (sweep, $"/ui/sweeps/{comparison.SweepId}"),
                        (Compared.Title(SweepAnalysisResponse.Of(comparison, null)), $"/ui/comparisons/{id}"),
                    ],
                    db, cancellation);
            });
    }

    private static void MapOfSweep<TFilter, TScope, TItem>(
        this IEndpointRouteBuilder pages, string name, Table<TFilter, TScope, TItem> table)
        where TFilter : TableQuery, new()
        where TScope : class
    {
        var title = OfSweep.Single(known => known.Name == name).Title;
        pages.MapGet(
            $"/sweeps/{{id:guid}}/{name}",
            async (Guid id, Query<TFilter> query, PieDbContext db, CancellationToken cancellation) =>
            {
                var sweep = await db.Sweeps.Where(one => one.Id == id).Select(one => one.Name)
                    .SingleOrDefaultAsync(cancellation);
                return sweep is null ? Problems.NotFound(table.Kind, id)
                    : await ShowAsync(
                        table, id, query.Value, $"/sweeps/{id}/{name}", title,
                        [("Sweeps", "/ui/sweeps"), (sweep, $"/ui/sweeps/{id}")], db, cancellation);
            });
    }

    private static async Task<IResult> ShowAsync<TFilter, TScope, TItem>(
        Table<TFilter, TScope, TItem> table, Guid id, TFilter filter, string path, string title,
        IReadOnlyList<(string Name, string Address)> crumbs, PieDbContext db, CancellationToken cancellation)
        where TFilter : TableQuery, new()
        where TScope : class
    {
        if (await table.FindAsync(db, id, filter, cancellation) is not { } scope)
            return Problems.NotFound(table.Kind, id);
        var page = await table.Rows(db, scope, filter).PageAsync(filter, cancellation);
        return TablePage.Of(new(
            title, crumbs, path, FilterField.Of(filter), TableCells.Of(page.Items, table.Columns(scope)),
            page.TotalItems, new Page<object>([], page.NextPageToken, page.TotalItems)));
    }
}
