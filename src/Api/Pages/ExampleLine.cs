using PieService.Api.Datasets;
using PieService.Domain.Datasets;

namespace PieService.Api.Pages;

/// <summary>An example in a list of examples.</summary>
public sealed record ExampleLine(
    Guid Id, Split Split, int Position, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels)
{
    public static ExampleLine Of(ExampleResponse row) =>
        new(row.Id, row.Split, row.Position, row.SourceId, row.Text, row.SecondText, row.Labels);

    public static ExampleLine Of(NeighbourResponse row) =>
        new(row.Id, row.Split, row.Position, row.SourceId, row.Text, row.SecondText, row.Labels);
}
