using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PieService.Api.Http;
using PieService.Domain;

namespace PieService.Api.Lists;

/// <summary>A page of a list.</summary>
/// <param name="NextPageToken">The value of pageToken for the next page; null on the last page.</param>
/// <param name="TotalItems">The number of items in the whole list, under the same filters.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken, long TotalItems);

/// <summary>The query parameters for a page of a list.</summary>
public record PageQuery : IRules, IReadsRequest
{
    public const int MaxPageSize = 1000;

    /// <summary>Identifies the list and its filters: a token is valid only in the list that returned it.</summary>
    private byte[] list = [];

    /// <summary>
    /// The largest number of items in the response, 1 to 1000. A page has fewer items if they contain long texts or a
    /// value for each of many labels.
    /// </summary>
    public int PageSize { get; init; } = 50;

    /// <summary>The nextPageToken of the previous response.</summary>
    public string? PageToken { get; init; }

    public virtual IEnumerable<FieldError> Broken()
    {
        if (PageSize is < 1 or > MaxPageSize) yield return new("pageSize", $"must be from 1 to {MaxPageSize}");
    }

    void IReadsRequest.Read(HttpRequest request)
    {
        var filters = request.Query.Where(parameter => parameter.Key is not ("pageSize" or "pageToken"))
            .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
            .Select(parameter => $"{parameter.Key}={parameter.Value}");
        list = SHA256.HashData(Encoding.UTF8.GetBytes(Json.Write(filters.Prepend(request.Path.Value))))[..8];
    }

    /// <summary>Reads the place in the list at which the previous page ended. The request must have a token.</summary>
    /// <param name="read">Throws <see cref="JsonException"/> if the place is not a place of this list.</param>
    /// <exception cref="InvalidRequestException">The token does not belong to this list.</exception>
    public T After<T>(Func<JsonElement, T> read)
    {
        try
        {
            var token = Base64Url.DecodeFromChars(PageToken);
            if (token.AsSpan().StartsWith(list)) return read(JsonElement.Parse(token.AsSpan(list.Length)));
        }
        catch (Exception foreign) when (foreign is JsonException or FormatException)
        {
            // The error is thrown below.
        }
        throw new InvalidRequestException([new(
            "pageToken", "must be the nextPageToken of an earlier response for the same list, filters and order")]);
    }

    /// <summary>Returns the token of the page that follows a place in the list.</summary>
    public string TokenOf(object place) =>
        Base64Url.EncodeToString([.. list, .. JsonSerializer.SerializeToUtf8Bytes(place, Json.Options)]);
}
