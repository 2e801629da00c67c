using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The list of a sweep from which the page of a comparison is opened.</summary>
internal static class OpenedComparisons
{
    private const string Resource = "sweeps", Table = "analysis";

    /// <summary>The filters of PIEs that select none on another split.</summary>
    private static readonly string[] FiltersOfSplit = ["split", "influenceBin"];

    public static string PathOf(Guid sweepId) => $"{Resource}/{sweepId}/{Table}";

    /// <param name="value">
    /// The parameter of the page (<see cref="OpenedList"/>); null for all comparisons in the order of the request.
    /// </param>
    /// <returns>Null if the list is that of another sweep.</returns>
    /// <exception cref="InvalidRequestException">The value is not the list of a sweep and its filters.</exception>
    public static async Task<PlaceInList?> FindAsync(
        string? value, Comparison comparison, string sweepName, PieDbContext db, CancellationToken cancellation)
    {
        var list = OpenedList.Of(value ?? PathOf(comparison.SweepId));
        if ((list.Resource, list.Table) != (Resource, Table))
            throw OpenedList.Invalid("must be sweeps/{id}/analysis, with filters");
        var filter = list.Read<ComparisonFilter>();
        if (list.Id != comparison.SweepId) return null;
        var adjacent = await ComparisonTable.AdjacentAsync(db, comparison, filter, cancellation);
        return new(
            $"Comparisons of {sweepName}", $"/ui/sweeps/{comparison.SweepId}{list.Filters}",
            adjacent.Select(beside => PageOf(beside, comparison.Split)));
    }

    private static ListedPage PageOf(Comparison comparison, Split from) =>
        new(Compared.Title(SweepAnalysisResponse.Of(comparison, null)), $"/ui/comparisons/{comparison.Id}")
        {
            Without = comparison.Split == from ? [] : FiltersOfSplit,
        };
}
