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
    /// <exception cref="InvalidRequestException">
    /// The value is not a list of a comparison of the sweep that has votes on the example.
    /// </exception>
    public static Task<PlaceInList> FindAsync(
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

    private static async Task<PlaceInList> FindAsync<TFilter, TItem>(
        VotedExampleTable<TFilter, TItem> table, OpenedList list, string name, string page, Guid sweepId,
        Example example, PieDbContext db, CancellationToken cancellation)
        where TFilter : VoteFilter, new()
        where TItem : VotedExample
    {
        var filter = list.Read<TFilter>();
        try
        {
            if (await table.FindAsync(db, list.Id, filter, cancellation) is not { } scope
                || scope.Comparison.SweepId != sweepId)
                throw OpenedList.Invalid("is a list of a comparison that the sweep does not have");
            if (await table.AdjacentAsync(db, scope, filter, example, cancellation) is not { } adjacent)
                throw OpenedList.Invalid("is a list of a comparison that has no votes on this example");
            return new(
                $"{name} of {Compared.Title(SweepAnalysisResponse.Of(scope.Comparison, null))}", page + list.Filters,
                adjacent.Select(beside => PageOf(sweepId, example, beside.Position)));
        }
        catch (InvalidRequestException invalid) when (invalid.Errors.All(error => error.Field != OpenedList.Parameter))
        {
            throw invalid.Within(OpenedList.Parameter);
        }
    }

    private static ListedPage PageOf(Guid sweepId, Example beside, int position) => new(
        $"Example {Shown.Count(position)}",
        $"/ui/sweeps/{sweepId}/examples/{Example.IdOf(beside.DatasetId, beside.Split, position)}");
}
