using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Domain.Storage;

namespace PieService.Api.Tables;

public static class TableEndpoint
{
    /// <summary>Maps a GET that returns a page of a table, or the whole table as a file.</summary>
    /// <param name="pattern">The route, with the parameter id of the resource that the table belongs to.</param>
    public static RouteHandlerBuilder MapTable<TFilter, TScope, TItem>(
        this IEndpointRouteBuilder routes, string pattern, Table<TFilter, TScope, TItem> table)
        where TFilter : TableQuery, new()
        where TScope : class =>
        routes
            .MapGet(
                pattern,
                (Guid id, TableRequest<TFilter> request, PieDbContext db, CancellationToken cancellation) =>
                    AnswerAsync(table, id, request, db, cancellation))
            .WithMetadata(TableMetadata.Of(table)).ProducesProblem(400).ProducesProblem(404);

    private static async Task<Results<Ok<Page<TItem>>, TableFile<TItem>, ProblemHttpResult>>
        AnswerAsync<TFilter, TScope, TItem>(
        Table<TFilter, TScope, TItem> table, Guid id, TableRequest<TFilter> request, PieDbContext db,
        CancellationToken cancellation)
        where TFilter : TableQuery, new()
        where TScope : class
    {
        var filter = request.Filter;
        if (await table.FindAsync(db, id, filter, cancellation) is not { } scope)
            return Problems.NotFound(table.Kind, id);
        var (rows, provenance) = (table.Rows(db, scope, filter), table.Provenance(scope));
        if (!request.IsForFile) return request.Page(await rows.PageAsync(filter, cancellation), provenance);
        return request.File(
            table.FileName(id, filter), table.Columns(scope), rows,
            provenance with { TrainedBy = await table.TrainedByAsync(db, scope, cancellation) },
            table.NextFile(scope), table.LatexOf(scope, filter));
    }
}

/// <summary>Metadata of an operation that returns a table.</summary>
/// <param name="Table">The class whose XML comments document the operation.</param>
/// <param name="Formats">The formats of the table, json first.</param>
public sealed record TableMetadata(Type Table, IReadOnlyList<TableFormat> Formats)
{
    public static TableMetadata Of<TFilter, TScope, TItem>(Table<TFilter, TScope, TItem> table)
        where TFilter : TableQuery, new()
        where TScope : class => new(
        table.GetType(),
        [.. Enum.GetValues<TableFormat>().Where(format => format != TableFormat.Latex || table.Latex is not null)]);

    /// <summary>The table of the operation that a request is for.</summary>
    public static TableMetadata Of(HttpContext context) =>
        context.GetEndpoint()!.Metadata.GetRequiredMetadata<TableMetadata>();
}
