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
        Comparison(
            "subgroups", "Subgroups", new SubgroupTable(),
            needs: "It has the subgroups of the dataset: POST /api/v1/datasets/{id}/subgroups defines one."),
        Comparison(
            "influence", "Influence bins", new InfluenceTable(),
            needs: "It has training examples, so it needs the comparison on the split train of a sweep with "
                + "observationEpochs and predictSplits [\"test\", \"train\"]."),
        Comparison(
            "texts", "Texts", new TextTable(),
            needs: "It needs at least two PIEs and two other examples."),
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
        Sweep(
            "overlaps", "Overlaps of PIEs", new OverlapTable(),
            needs: "It has pairs, so it needs two comparisons."),
        Sweep("intersections", "Intersections", new IntersectionTable()),
        Sweep("fragile-examples", "Fragile examples", new FragileExampleTable()),
        Sweep("classes", "Classes", new SweepClassTable()),
        Sweep(
            "models", "PIEs of two models", new ModelPairTable(),
            needs: "It has pairs, so it needs a sweep with two models."),
    ];

    public static void MapTables(this IEndpointRouteBuilder pages)
    {
        foreach (var table in OfComparison.Concat(OfSweep)) table.Map(pages);
    }

    /// <param name="exampleAddress">
    /// The page of an example that is opened from the address of the table; null for that of the example in its
    /// dataset.
    /// </param>
    /// <param name="needs">What the table needs besides labelled comparisons; null if nothing.</param>
    private static TableOnPage Comparison<TFilter, TScope, TItem>(
        string name, string title, Table<TFilter, TScope, TItem> table,
        Func<Comparison, string, Guid, string>? exampleAddress = null, string? needs = null)
        where TFilter : TableQuery, new()
        where TScope : class =>
        new(name, title, pages => pages.MapGet(
            $"/comparisons/{{id:guid}}/{name}",
            async (
                Guid id, Query<TFilter> query, HttpRequest request, PieDbContext db, CancellationToken cancellation) =>
            {
                if (await ComparisonScope.FindAsync(db, id, cancellation) is not { Comparison: var comparison })
                    return Problems.NotFound(table.Kind, id);
                return await ShowAsync(
                    table, id, query.Value, $"/comparisons/{id}/{name}", title, needs,
                    [
                        ("Sweeps", "/ui/sweeps"),
                        ((await SweepNameAsync(db, comparison.SweepId, cancellation))!,
                            $"/ui/sweeps/{comparison.SweepId}"),
                        (Compared.Title(SweepAnalysisResponse.Of(comparison, null)), $"/ui/comparisons/{id}"),
                    ],
                    exampleAddress is null ? null
                        : example => exampleAddress(comparison, request.GetEncodedUrl(), example),
                    db, cancellation);
            }));

    private static TableOnPage Sweep<TFilter, TScope, TItem>(
        string name, string title, Table<TFilter, TScope, TItem> table, string? needs = null)
        where TFilter : TableQuery, new()
        where TScope : class =>
        new(name, title, pages => pages.MapGet(
            $"/sweeps/{{id:guid}}/{name}",
            async (Guid id, Query<TFilter> query, PieDbContext db, CancellationToken cancellation) =>
                await SweepNameAsync(db, id, cancellation) is not { } sweep
                    ? Problems.NotFound(table.Kind, id)
                    : await ShowAsync(
                        table, id, query.Value, $"/sweeps/{id}/{name}", title, needs,
                        [("Sweeps", "/ui/sweeps"), (sweep, $"/ui/sweeps/{id}")], null, db, cancellation)));

    private static async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(
        PieDbContext db, TableCells cells, CancellationToken cancellation)
    {
        var ids = cells.Rows.SelectMany(row => row).SelectMany(cell => cell.Comparisons).Distinct().ToList();
        if (ids.Count == 0) return new Dictionary<Guid, string>();
        return await db.Comparisons.Where(comparison => ids.Contains(comparison.Id))
            .Select(comparison => new OtherComparison(
                comparison.Id, comparison.Model, comparison.Method, comparison.Sparsity, comparison.Baseline,
                comparison.Cohort))
            .ToDictionaryAsync(
                comparison => comparison.Id, comparison => Compared.Title(comparison), cancellation);
    }

    /// <returns>Null if there is no such sweep.</returns>
    private static Task<string?> SweepNameAsync(PieDbContext db, Guid id, CancellationToken cancellation) =>
        db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => sweep.Name).SingleOrDefaultAsync(cancellation);

    /// <summary>A table, or the question for other filters if it cannot show what these select.</summary>
    private static async Task<IResult> ShowAsync<TFilter, TScope, TItem>(
        Table<TFilter, TScope, TItem> table, Guid id, TFilter filter, string path, string title, string? needs,
        IReadOnlyList<(string Name, string Address)> crumbs, Func<Guid, string>? exampleAddress, PieDbContext db,
        CancellationToken cancellation)
        where TFilter : TableQuery, new()
        where TScope : class
    {
        try
        {
            if (await table.FindAsync(db, id, filter, cancellation) is not { } scope)
                return Problems.NotFound(table.Kind, id);
            var page = await table.Rows(db, scope, filter).PageAsync(filter, cancellation);
            var cells = TableCells.Of(page.Items, table.Columns(scope), exampleAddress);
            return TablePage.Of(new(
                title, needs, crumbs, path, FilterField.Of(filter),
                cells, await NamesAsync(db, cells, cancellation), page.TotalItems,
                new Page<object>([], page.NextPageToken, page.TotalItems)));
        }
        catch (FilterChoiceException refused)
        {
            return TablePage.Of(TablePage.Content.Refused(
                title, refused.Errors[0], crumbs, path, FilterField.Of(filter)));
        }
    }
}

/// <summary>A table that has a page.</summary>
/// <param name="Name">Its name in the address.</param>
/// <param name="Map">Maps its page.</param>
public sealed record TableOnPage(string Name, string Title, Action<IEndpointRouteBuilder> Map);
