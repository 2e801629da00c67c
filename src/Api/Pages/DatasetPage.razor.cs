using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Datasets;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

public partial class DatasetPage : HtmlPage<DatasetPage.Content>
{
    /// <summary>A dataset may have ten thousand labels.</summary>
    private const int LabelsShown = 30;

    private static readonly ExampleTable Table = new();

    public sealed record Content(DatasetResponse Dataset, ExampleFilter Filter, Page<ExampleResponse> Examples);

    public static async Task<IResult> ShowAsync(
        Guid id, Query<ExampleFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var found = await DatasetEndpoints.Get(id, new(new()), db, cancellation);
        if (found.Result is not Ok<DatasetResponse> { Value: { } dataset }
            || await Table.FindAsync(db, id, query.Value, cancellation) is not { } scope) return found.Result;
        var examples = await Table.Rows(db, scope, query.Value).PageAsync(query.Value, cancellation);
        return Render<DatasetPage>(new Content(dataset, query.Value, examples));
    }

    private string Address => $"/api/v1/datasets/{Model.Dataset.Id}";

    /// <summary>The dataset of imported predictions has but one split.</summary>
    private bool CanBeTrained =>
        new[] { Split.Train, Split.Test }.All(split => Model.Dataset.Splits.ContainsKey(Wire.Name(split)));

    private IEnumerable<string> MostFrequent => Model.Dataset.Labels.Count <= LabelsShown ? Model.Dataset.Labels
        : Model.Dataset.Labels.OrderByDescending(label => FirstSplit.PerLabel[label]).Take(LabelsShown);

    private SplitResponse FirstSplit => Model.Dataset.Splits.Values.First();

    private double ShareOf(string label) => (double)FirstSplit.PerLabel[label] / Math.Max(1, FirstSplit.Examples);

    private string Hundredths(string label) => (100 * ShareOf(label)).ToString("0.##", CultureInfo.InvariantCulture);

    private IEnumerable<(string Name, int Count)> Defects =>
    [
        ("Duplicates in a split", Model.Dataset.Quality.Duplicates),
        ("In two splits", Model.Dataset.Quality.InTwoSplits),
        ("With different labels", Model.Dataset.Quality.ConflictingLabels),
        ("Empty", Model.Dataset.Quality.EmptyTexts),
        .. Model.Dataset.Dropped.Select(reason => ($"Dropped, {reason.Key}", reason.Value)),
    ];
}
