using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Models;

public static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/models", List).WithName("listModels").WithTags("System").ProducesProblem(400);

    /// <summary>Lists the word vectors and pretrained checkpoints of live workers.</summary>
    /// <remarks>
    /// By name; each is listed when its worker has read it once. One that cannot be used says why in its error. The same name with two
    /// hashes: workers have different files, and runs of one dataset use only one of them.
    /// </remarks>
    private static async Task<Ok<Page<ModelFile>>> List(Query<ModelFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var models = (await db.Workers.FromSql($"SELECT * FROM live_workers").AsNoTracking().ToListAsync(cancellation))
            .SelectMany(worker => worker.Models).Distinct()
            .Where(model => filter.Kind is null || model.Kind == filter.Kind)
            .OrderBy(Place, StringComparer.Ordinal).ToList();
        var rest = filter.After<PageKey>() is { } after ? models.Where(model => string.CompareOrdinal(Place(model), after.Place) > 0) : models;
        return TypedResults.Ok(filter.Cut([.. rest.Take(filter.PageSize + 1)], models.Count, model => model, model => new PageKey(Place(model))));
    }

    private static string Place(ModelFile model) =>
        $"{model.Name} {Wire.Name(model.Kind)} {model.Sha256} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(model.Error ?? "")))}";

    private sealed record PageKey(string Place);
}

public sealed record ModelFilter : PageQuery
{
    public ModelKind? Kind { get; init; }
}
