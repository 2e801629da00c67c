using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <summary>Lists the examples of a dataset: train, validation, test, each in source order.</summary>
/// <remarks>
/// An example must match all filters. contains matches a substring of either text of a pair, whatever
/// the case of its letters.
/// </remarks>
public sealed class ExampleTable() : Table<ExampleFilter, Dataset, ExampleResponse>("dataset", "examples")
{
    public override Task<Dataset?> FindAsync(
        PieDbContext db, Guid id, ExampleFilter filter, CancellationToken cancellation) =>
        db.Datasets.AsNoTracking().SingleOrDefaultAsync(dataset => dataset.Id == id, cancellation);

    public override Rows<ExampleResponse> Rows(PieDbContext db, Dataset scope, ExampleFilter filter)
    {
        var splits = scope.Splits.Where(summary => filter.Split is null || summary.Split == filter.Split).ToList();
        var matching = db.Examples.Where(example => example.DatasetId == scope.Id);
        var label = LabelFilter.ClassOf(filter.Label, scope.Labels);
        if (label is { } index) matching = matching.Where(example => example.Labels.Contains(index));
        if (filter.Contains is { } part) matching = matching.Where(TextSearch.Containing(part));
        return new ExampleRows<ExampleResponse>(
            db, matching, [.. splits.Select(summary => summary.Split)],
            example => ExampleResponse.Of(example, scope.Labels, scope.Attributes))
        {
            // Without a search in the texts, the counts are known from the import.
            KnownCount = filter.Contains is null
                ? splits.Sum(summary => label is { } known ? summary.PerLabel[known] : summary.Examples) : null,
            LengthOf = item => item.Text.Length + (item.SecondText?.Length ?? 0)
                + item.Attributes.Sum(attribute => attribute.Key.Length + (attribute.Value?.Length ?? 0)),
        };
    }

    public override Columns<ExampleResponse> Columns(Dataset scope) => new Columns<ExampleResponse>()
        .Id("id", row => row.Id)
        .Id("datasetId", row => row.DatasetId)
        .Name("split", row => row.Split)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(scope.Task, row => row.Labels)
        .ForEach(
            scope.Attributes,
            (columns, name, _) => columns.Text(AttributeFile.Prefix + name, row => row.Attributes[name]));

    public override Provenance Provenance(Dataset scope) => new(("dataset", scope.Id));
}

public sealed record ExampleFilter : TableQuery
{
    /// <summary>Only examples of this split are returned.</summary>
    public Split? Split { get; init; }

    /// <summary>The name of a gold label; in multi-label data, one of the gold labels of an example.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// A substring of one of the texts, whatever the case of its letters. The texts of all examples are read.
    /// </summary>
    public string? Contains { get; init; }
}

/// <param name="Position">The 0-based position in the split, in the order of the source.</param>
/// <param name="SourceId">
/// The id of the example in the source: the value of its id column, or file and line if there is no such column.
/// </param>
/// <param name="Labels">
/// The gold labels: exactly one for single-label data; any number, in the dataset's order, for multi-label data.
/// </param>
/// <param name="Attributes">
/// The value of each attribute of the dataset, null if the example does not have one; empty if the dataset has no
/// attributes.
/// </param>
public sealed record ExampleResponse(
    Guid Id, Guid DatasetId, Split Split, int Position, string SourceId, string Text, string? SecondText,
    IReadOnlyList<string> Labels, IReadOnlyDictionary<string, string?> Attributes)
{
    public static ExampleResponse Of(
        Example example, IReadOnlyList<string> labels, IEnumerable<string> attributes) => new(
        example.Id, example.DatasetId, example.Split, example.Position, example.SourceId, example.Text,
        example.SecondText, [.. example.Labels.Select(index => labels[index])],
        attributes.ToDictionary(name => name, name => example.Attributes?.GetValueOrDefault(name)));
}
