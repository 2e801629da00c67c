using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The lists of a comparison from which the page of an example can be opened.</summary>
internal static class OpenedExamples
{
    private const string Resource = "comparisons", Pies = "pies", Examples = "examples";

    public static string PathOfPies(Guid comparisonId) => $"{Resource}/{comparisonId}/{Pies}";

    public static string PathOfExamples(Guid comparisonId) => $"{Resource}/{comparisonId}/{Examples}";

    /// <param name="value">The parameter of the page (<see cref="OpenedList"/>).</param>
    /// <returns>
    /// Null if the list does not exist, or no longer: the sweep does not have the comparison, the comparison no votes
    /// on the example, or the dataset no subgroup or label of the filters.
    /// </returns>
    /// <exception cref="InvalidRequestException">The value is not a list of examples and its filters.</exception>
    public static Task<PlaceInList?> FindAsync(
        string value, Guid sweepId, Example example, PieDbContext db, CancellationToken cancellation)
    {
        var list = OpenedList.Of(value);
        return (list.Resource, list.Table) switch
        {
            (Resource, Pies) => FindAsync(
                new PieTable(), list, "PIEs", $"/ui/comparisons/{list.Id}", sweepId, example, db, cancellation),
            (Resource, Examples) => FindAsync(
                new ComparisonExampleTable(), list, "Examples", $"/ui/comparisons/{list.Id}/{Examples}", sweepId,
                example, db, cancellation),
            _ => throw OpenedList.Invalid("must be comparisons/{id}/pies or comparisons/{id}/examples, with filters"),
        };
    }

    private static async Task<PlaceInList?> FindAsync<TFilter, TItem>(
        VotedExampleTable<TFilter, TItem> table, OpenedList list, string name, string page, Guid sweepId,
        Example example, PieDbContext db, CancellationToken cancellation)
        where TFilter : VoteFilter, new()
        where TItem : VotedExample
    {
        var filter = list.Read<TFilter>();
        try
        {
            if (await table.FindAsync(db, list.Id, filter, cancellation) is not { } scope
                || scope.Comparison.SweepId != sweepId
                || await table.AdjacentAsync(db, scope, filter, example, cancellation) is not { } adjacent)
                return null;
            return new(
                $"{name} of {Compared.Title(SweepAnalysisResponse.Of(scope.Comparison, null))}", page + list.Filters,
                adjacent.Select(beside => PageOf(sweepId, example, beside.Position)));
        }
        catch (InvalidRequestException)
        {
            return null;
        }
    }

    private static ListedPage PageOf(Guid sweepId, Example beside, int position) => new(
        $"Example {Shown.Count(position)}",
        $"/ui/sweeps/{sweepId}/examples/{Example.IdOf(beside.DatasetId, beside.Split, position)}");
}
