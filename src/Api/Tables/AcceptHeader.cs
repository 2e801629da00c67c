using Microsoft.Net.Http.Headers;

namespace PieService.Api.Tables;

/// <summary>Which format a client prefers (RFC 9110, 12.5.1).</summary>
public static class AcceptHeader
{
    /// <summary>
    /// The accepted format of the highest weight; of equals the one that is named most precisely, then the one that is named
    /// first. Null: the client accepts none of them.
    /// </summary>
    public static TableFormat? Preferred(IList<MediaTypeHeaderValue> accepted) =>
        accepted.Count == 0 ? TableFormat.Json
        : (from format in Enum.GetValues<TableFormat>()
           let range = MostPrecise(accepted, MediaTypes.Of(format))
           where range is { Quality: not 0 }
           orderby range.Quality ?? 1 descending, Precision(range) descending, accepted.IndexOf(range), format
           select (TableFormat?)format).FirstOrDefault();

    private static MediaTypeHeaderValue? MostPrecise(IList<MediaTypeHeaderValue> accepted, string mediaType) =>
        accepted.Where(range => range.MatchesMediaType(mediaType)).MaxBy(Precision);

    private static int Precision(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
