using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Lists;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <summary>The subgroups of a dataset, for which error rates and PIE rates of a comparison are computed.</summary>
public static class SubgroupEndpoints
{
    private const string CreateOperation = "createSubgroup";

    private static readonly Order<Subgroup> OldestFirst = Order<Subgroup>.By(subgroup => subgroup.Id);

    public static void MapSubgroups(this IEndpointRouteBuilder routes)
    {
        var subgroups = routes.MapGroup("/datasets/{id:guid}/subgroups").WithTags("Datasets");
        subgroups.MapPost("/", Create).WithName(CreateOperation).WithMetadata(IdempotencyKey.Documented)
            .Accepts<SubgroupRequest>("application/json")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        subgroups.MapGet("/", List).WithName("listSubgroups").ProducesProblem(400).ProducesProblem(404);
        subgroups.MapGet("/{subgroupId:guid}", Get).WithName("getSubgroup").ProducesProblem(404);
        subgroups.MapDelete("/{subgroupId:guid}", Delete).WithName("deleteSubgroup").ProducesProblem(404);
    }

    /// <summary>Creates a subgroup of the examples of a dataset.</summary>
    /// <remarks>
    /// An example belongs to the subgroup if it meets all conditions. contains ignores case; minWords and maxWords
    /// count the words of a text, or of both texts of a pair; attribute is one of the dataset's attributes, and equals
    /// its value. A dataset has at most 100 subgroups.
    /// </remarks>
    private static async Task<Results<Created<SubgroupResponse>, ProblemHttpResult, IdempotentAttempt.KnownAnswer>>
        Create(
        Guid id, Query<NoQuery> _, HttpContext context, PieDbContext db, IdempotencyKey key,
        CancellationToken cancellation)
    {
        if (await db.Datasets.AsNoTracking().SingleOrDefaultAsync(found => found.Id == id, cancellation)
            is not { } dataset)
            return Problems.NotFound("dataset", id);
        var body = await Body<SubgroupRequest>.ReadAsync(context);
        await using var attempt = await key.BeginAsync(
            context, CreateOperation, (byte[])[.. id.ToByteArray(), .. body.Bytes.Span], cancellation);
        if (attempt.Answer is { } known) return known;

        var request = body.Checked(sent => sent.Check(dataset.Labels, dataset.Attributes));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Two subgroups of a dataset are created one after the other.
        await AdvisoryLocks.TakeDatasetAsync(db, id, cancellation);
        // The dataset may have been deleted since it was read; from here on it cannot be.
        if (await db.Datasets.FromSql($"SELECT * FROM datasets WHERE id = {id} FOR KEY SHARE")
            .AsNoTracking().SingleOrDefaultAsync(cancellation) is null)
            return Problems.NotFound("dataset", id);
        var others = db.Subgroups.Where(subgroup => subgroup.DatasetId == id);
        // The subgroup exists if an earlier attempt was interrupted after it had been stored.
        var created = await others.SingleOrDefaultAsync(earlier => earlier.Id == attempt.ResourceId, cancellation);
        if (created is null)
        {
            if (await others.AnyAsync(subgroup => subgroup.Name == request.Name, cancellation))
                return Problems.Conflict(
                    $"The dataset has a subgroup '{request.Name}' already. Choose another name, or delete it first.");
            if (await others.CountAsync(cancellation) >= Subgroup.MostOfDataset)
                return Problems.Conflict(
                    $"The limit of {Subgroup.MostOfDataset} subgroups of a dataset is reached. Delete a subgroup that "
                    + "is no longer needed.");
            attempt.WorkBegins();
            created = new Subgroup
            {
                Id = attempt.ResourceId,
                DatasetId = id,
                Name = request.Name!,
                Where = request.Where!,
            };
            db.Subgroups.Add(created);
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        var answer = TypedResults.Created(
            $"/api/v1/datasets/{id}/subgroups/{created.Id}", SubgroupResponse.Of(created));
        await attempt.CompleteAsync(StatusCodes.Status201Created, answer.Location!, answer.Value);
        return answer;
    }

    /// <summary>Lists the subgroups of a dataset, the oldest first.</summary>
    /// <remarks>The effect of pruning on them is in the table of subgroups of a comparison.</remarks>
    private static async Task<Results<Ok<Page<SubgroupResponse>>, ProblemHttpResult>> List(
        Guid id, Query<PageQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        if (!await db.Datasets.AnyAsync(dataset => dataset.Id == id, cancellation))
            return Problems.NotFound("dataset", id);
        return TypedResults.Ok(
            await new QueryRows<Subgroup, SubgroupResponse>(
                db.Subgroups.Where(subgroup => subgroup.DatasetId == id), OldestFirst, SubgroupResponse.Of)
                .PageAsync(query.Value, cancellation));
    }

    /// <summary>Returns one subgroup of a dataset.</summary>
    /// <remarks>A subgroup does not change. To change its conditions, delete it and create it again.</remarks>
    private static async Task<Results<Ok<SubgroupResponse>, ProblemHttpResult>> Get(
        Guid id, Guid subgroupId, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await db.Subgroups.AsNoTracking().SingleOrDefaultAsync(
            subgroup => subgroup.Id == subgroupId && subgroup.DatasetId == id, cancellation) is { } found
            ? TypedResults.Ok(SubgroupResponse.Of(found))
            : Problems.NotFound("subgroup of this dataset", subgroupId);

    /// <summary>Deletes a subgroup of a dataset.</summary>
    /// <remarks>The examples are not changed.</remarks>
    /// <response code="204">The subgroup is deleted.</response>
    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, Guid subgroupId, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await db.Subgroups.Where(subgroup => subgroup.Id == subgroupId && subgroup.DatasetId == id)
            .ExecuteDeleteAsync(cancellation) > 0
            ? TypedResults.NoContent()
            : Problems.NotFound("subgroup of this dataset", subgroupId);
}

/// <param name="Name">The name, unique in the dataset.</param>
/// <param name="Where">The conditions, all of which an example of the subgroup meets.</param>
public sealed record SubgroupResponse(Guid Id, string Name, SubgroupWhere Where, DateTimeOffset CreatedAt)
{
    public static SubgroupResponse Of(Subgroup subgroup) =>
        new(subgroup.Id, subgroup.Name, subgroup.Where, subgroup.CreatedAt);
}
