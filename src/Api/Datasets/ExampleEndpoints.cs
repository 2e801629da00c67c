using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

public static class ExampleEndpoints
{
    public static void MapExamples(this IEndpointRouteBuilder routes)
    {
        routes.MapTable("/datasets/{id:guid}/examples", new ExampleTable()).WithName("listExamples")
            .WithTags("Examples");
        routes.MapTable("/examples/{id:guid}/neighbours", new NeighbourTable()).WithName("listNeighbours")
            .WithTags("Examples");
        routes.MapGet("/examples/{id:guid}", Get).WithName("getExample").WithTags("Examples").ProducesProblem(404);
    }

    /// <summary>Returns one example.</summary>
    /// <remarks>
    /// The id of an example is derived from dataset, split and position, so it is the same in all tables.
    /// </remarks>
    internal static async Task<Results<Ok<ExampleResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var found = await (from example in db.Examples
                           join dataset in db.Datasets on example.DatasetId equals dataset.Id
                           where example.Id == id
                           select new
                           {
                               Example = example,
                               dataset.Labels,
                               dataset.Attributes,
                           }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        return found is null
            ? Problems.NotFound("example", id)
            : TypedResults.Ok(ExampleResponse.Of(found.Example, found.Labels, found.Attributes));
    }
}
