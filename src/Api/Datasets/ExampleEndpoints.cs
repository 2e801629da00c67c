using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

public static class ExampleEndpoints
{
    public static void MapExamples(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/datasets/{id:guid}/examples", List).WithName("listExamples").WithTags("Examples").ProducesProblem(400).ProducesProblem(404);
        routes.MapGet("/examples/{id:guid}", Get).WithName("getExample").WithTags("Examples").ProducesProblem(404);
    }

    /// <summary>Lists the examples of a dataset: train, validation, test, each in source order.</summary>
    /// <remarks>Filters combine. contains looks for these very characters, in either text of a pair; upper and lower case differ.</remarks>
    private static async Task<Results<Ok<Page<ExampleResponse>>, TableFile<ExampleResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<ExampleFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var filter = request.Filter;
        var after = filter.After<PageKey>();
        var dataset = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellation);
        if (dataset is null) return Problems.NotFound("dataset", id);

        var splits = dataset.Splits.Where(summary => filter.Split is null || summary.Split == filter.Split).ToList();
        var matching = db.Examples.AsNoTracking().Where(example => example.DatasetId == id);
        var label = LabelFilter.ClassOf(filter.Label, dataset.Labels);
        if (label is { } index) matching = matching.Where(example => example.Labels.Contains(index));
        if (filter.Contains is { } words)
            matching = matching.Where(example => example.Text.Contains(words) || (example.SecondText != null && example.SecondText.Contains(words)));

        var origin = new Origin(("dataset", id));
        if (request.IsForFile)
        {
            var examples = InOrderAsync(db, matching, splits.Select(summary => summary.Split), cancellation);
            return request.File($"examples-{id}", ExampleTable.Columns(dataset.Task), examples.Select(example => ExampleResponse.Of(example, dataset.Labels)), origin);
        }

        // Counts without a search in texts are known from the import.
        var total = filter.Contains is null
            ? splits.Sum(summary => label is { } known ? summary.PerLabel[known] : summary.Examples)
            : await matching.CountAsync(example => filter.Split == null || example.Split == filter.Split, cancellation);
        var page = new TextPage<Example>(filter, example => example.Text.Length + (example.SecondText?.Length ?? 0));
        foreach (var split in splits.Select(summary => summary.Split).Where(split => after is null || split >= after.Split))
        {
            var position = split == after?.Split ? after.Position : -1;
            await page.AddAsync(matching.Where(example => example.Split == split && example.Position > position).OrderBy(example => example.Position), cancellation);
            if (page.IsFull) break;
        }
        return request.Page(
            page.Cut(total, example => ExampleResponse.Of(example, dataset.Labels), example => new PageKey(example.Split, example.Position)), origin);
    }

    /// <summary>Split by split, since no index has their order; in one snapshot, since the dataset can be deleted meanwhile.</summary>
    private static async IAsyncEnumerable<Example> InOrderAsync(
        PieDbContext db, IQueryable<Example> matching, IEnumerable<Split> splits, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        foreach (var split in splits)
        {
            var examples = matching.Where(example => example.Split == split).OrderBy(example => example.Position);
            await foreach (var example in examples.AsAsyncEnumerable().WithCancellation(cancellation)) yield return example;
        }
    }

    /// <summary>One example.</summary>
    /// <remarks>Its id is made of dataset, split and position, so it stays the same wherever it is told.</remarks>
    private static async Task<Results<Ok<ExampleResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var found = await (from example in db.Examples
                           join dataset in db.Datasets on example.DatasetId equals dataset.Id
                           where example.Id == id
                           select new { Example = example, dataset.Labels }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        return found is null ? Problems.NotFound("example", id) : TypedResults.Ok(ExampleResponse.Of(found.Example, found.Labels));
    }

    private sealed record PageKey(Split Split, int Position);
}

public sealed record ExampleFilter : TableQuery
{
    public Split? Split { get; init; }

    /// <summary>Gold label, by its name; of multi-label data any of them.</summary>
    public string? Label { get; init; }

    /// <summary>Words that one of the texts contains, exactly as written.</summary>
    public string? Contains { get; init; }
}

/// <param name="Position">0-based place in its split, in source order.</param>
/// <param name="SourceId">What the source calls it: its id column, else file and line.</param>
/// <param name="Labels">Gold labels; one for single-label data, any number, in the dataset's order, for multi-label data.</param>
public sealed record ExampleResponse(
    Guid Id, Guid DatasetId, Split Split, int Position, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels)
{
    public static ExampleResponse Of(Example example, IReadOnlyList<string> labels) => new(
        example.Id, example.DatasetId, example.Split, example.Position, example.SourceId, example.Text, example.SecondText,
        [.. example.Labels.Select(index => labels[index])]);
}
