using Microsoft.Net.Http.Headers;

namespace PieService.Api.Tables;

/// <summary>Selects the format that a client prefers (RFC 9110, 12.5.1).</summary>
public static class AcceptHeader
{
    /// <summary>
    /// Returns the accepted format with the highest weight; of formats with equal weights the one with the most
    /// specific media range, then the one that is listed first. Returns null if the client accepts none of the formats.
    /// </summary>
    public static TableFormat? Preferred(
        IList<MediaTypeHeaderValue> accepted, IReadOnlyList<TableFormat> formats) =>
        accepted.Count == 0 ? TableFormat.Json
        : (from format in formats
           let range = MostPrecise(accepted, MediaTypes.Of(format))
           where range is { Quality: not 0 }
           orderby range.Quality ?? 1 descending, Precision(range) descending, accepted.IndexOf(range), format
           select (TableFormat?)format).FirstOrDefault();

    private static MediaTypeHeaderValue? MostPrecise(IList<MediaTypeHeaderValue> accepted, string mediaType) =>
        accepted.Where(range => range.MatchesMediaType(mediaType)).MaxBy(Precision);

    private static int Precision(MediaTypeHeaderValue range) =>
        range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
