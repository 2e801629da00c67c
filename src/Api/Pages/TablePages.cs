using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.SweepAnalysis;
using PieService.Api.Tables;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The tables that have no page of their own, as the API has them: filters, columns and order.</summary>
public static class TablePages
{
    /// <summary>The tables of a comparison.</summary>
    public static readonly IReadOnlyList<TableOnPage> OfComparison =
    [
        Comparison("classes", "Classes", new ClassTable()),
        Comparison("subgroups", "Subgroups", new SubgroupTable()),
        Comparison("influence", "Influence bins", new InfluenceTable()),
        Comparison("texts", "Texts", new TextTable()),
        Comparison(
            "examples", "All examples", new ComparisonExampleTable(),
            (comparison, address, id) => Link.InList(
                $"/ui/sweeps/{comparison.SweepId}/examples/{id}",
                OpenedList.ValueOf(OpenedExamples.PathOfExamples(comparison.Id), address))),
        Comparison("relabel-queue", "Suspect labels", new RelabelTable()),
    ];

    /// <summary>The tables of a sweep.</summary>
    public static readonly IReadOnlyList<TableOnPage> OfSweep =
    [
        Sweep("pies", "PIEs of several comparisons", new SweepPieTable()),
        Sweep("overlaps", "Overlaps of PIEs", new OverlapTable()),
        Sweep("intersections", "Intersections", new IntersectionTable()),
        Sweep("fragile-examples", "Fragile examples", new FragileExampleTable()),
        Sweep("classes", "Classes", new SweepClassTable()),
        Sweep("models", "PIEs of two models", new ModelPairTable()),
    ];

    public static void MapTables(this IEndpointRouteBuilder pages)
    {
        foreach (var table in OfComparison.Concat(OfSweep)) table.Map(pages);
    }

    /// <param name="exampleAddress">
    /// The page of an example that is opened from the address of the table; null for that of the example in its
    /// dataset.
    /// </param>
    private static TableOnPage Comparison<TFilter, TScope, TItem>(
        string name, string title, Table<TFilter, TScope, TItem> table,
        Func<Comparison, string, Guid, string>? exampleAddress = null)
        where TFilter : TableQuery, new()
        where TScope : class =>
        new(name, title, pages => pages.MapGet(
            $"/comparisons/{{id:guid}}/{name}",
            async (
                Guid id, Query<TFilter> query, HttpRequest request, PieDbContext db, CancellationToken cancellation) =>
            {
                if (await table.FindAsync(db, id, query.Value, cancellation) is not { } scope
                    || (scope as ComparisonScope ?? await ComparisonScope.FindAsync(db, id, cancellation))
                        is not { Comparison: var comparison })
                    return Problems.NotFound(table.Kind, id);
                var sweep = await SweepNameAsync(db, comparison.SweepId, cancellation);
                return await ShowAsync(
                    table, scope, query.Value, $"/comparisons/{id}/{name}", title,
                    [
                        ("Sweeps", "/ui/sweeps"), (sweep, $"/ui/sweeps/{comparison.SweepId}"),
                        (Compared.Title(SweepAnalysisResponse.Of(comparison, null)), $"/ui/comparisons/{id}"),
                    ],
                    exampleAddress is null ? null
                        : example => exampleAddress(comparison, request.GetEncodedUrl(), example),
                    db, cancellation);
            }));

    private static TableOnPage Sweep<TFilter, TScope, TItem>(
        string name, string title, Table<TFilter, TScope, TItem> table)
        where TFilter : TableQuery, new()
        where TScope : class =>
        new(name, title, pages => pages.MapGet(
            $"/sweeps/{{id:guid}}/{name}",
            async (Guid id, Query<TFilter> query, PieDbContext db, CancellationToken cancellation) =>
                await table.FindAsync(db, id, query.Value, cancellation) is not { } scope
                    ? Problems.NotFound(table.Kind, id)
                    : await ShowAsync(
                        table, scope, query.Value, $"/sweeps/{id}/{name}", title,
                        [
                            ("Sweeps", "/ui/sweeps"),
                            (await SweepNameAsync(db, id, cancellation), $"/ui/sweeps/{id}"),
                        ],
                        null, db, cancellation)));

    private static Task<string> SweepNameAsync(PieDbContext db, Guid id, CancellationToken cancellation) =>
        db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => sweep.Name).SingleAsync(cancellation);

    private static async Task<IResult> ShowAsync<TFilter, TScope, TItem>(
        Table<TFilter, TScope, TItem> table, TScope scope, TFilter filter, string path, string title,
        IReadOnlyList<(string Name, string Address)> crumbs, Func<Guid, string>? exampleAddress, PieDbContext db,
        CancellationToken cancellation)
        where TFilter : TableQuery, new()
        where TScope : class
    {
        var page = await table.Rows(db, scope, filter).PageAsync(filter, cancellation);
        return TablePage.Of(new(
            title, crumbs, path, FilterField.Of(filter),
            TableCells.Of(page.Items, table.Columns(scope), exampleAddress), page.TotalItems,
            new Page<object>([], page.NextPageToken, page.TotalItems)));
    }
}

/// <summary>A table that has a page.</summary>
/// <param name="Name">Its name in the address.</param>
/// <param name="Map">Maps its page.</param>
public sealed record TableOnPage(string Name, string Title, Action<IEndpointRouteBuilder> Map);
