using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
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
    /// The files are sorted by name. A file is listed after its worker has read it once. If a worker cannot use a file,
    /// error states the reason. If a name occurs with two hashes, workers have different files, and the runs of one
    /// dataset use only one of them.
    /// </remarks>
    internal static async Task<Ok<Page<ModelFile>>> List(
        Query<ModelFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var models = (await db.LiveWorkers.ToListAsync(cancellation))
            .SelectMany(worker => worker.Models).DistinctBy(Place)
            .Where(model => filter.Kind is null || model.Kind == filter.Kind)
            .OrderBy(Place, StringComparer.Ordinal).ToList();
        return TypedResults.Ok(await new ModelRows(models).PageAsync(filter, cancellation));
    }

    private static string Place(ModelFile model)
    {
        var rest = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{model.Error}\n{string.Join('\n', model.Aliases ?? [])}")));
        return $"{model.Name} {Wire.Name(model.Kind)} {model.Sha256} {rest}";
    }

    /// <summary>The place of an item does not change if workers start or stop between two pages.</summary>
    private sealed class ModelRows(IReadOnlyList<ModelFile> models) : Rows<ModelFile>
    {
        public override Task<long> CountAsync(CancellationToken cancellation) =>
            Task.FromResult((long)models.Count);

        public override IAsyncEnumerable<ModelFile> AllAsync(CancellationToken cancellation) =>
            models.ToAsyncEnumerable();

        public override IAsyncEnumerable<(ModelFile Item, object Place)> FollowingAsync(
            JsonElement? after, int most, CancellationToken cancellation)
        {
            var last = after?.Deserialize<string>(Json.Options);
            return models.Select(model => (model, (object)Place(model)))
                .Where(model => last is null || string.CompareOrdinal((string)model.Item2, last) > 0)
                .ToAsyncEnumerable();
        }
    }
}

public sealed record ModelFilter : PageQuery
{
    /// <summary>Only models of this kind are returned.</summary>
    public ModelKind? Kind { get; init; }
}
