using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PieService.Api.Http;
using PieService.Domain;

namespace PieService.Api.Lists;

/// <summary>Part of a list.</summary>
/// <param name="NextPageToken">Pass it as pageToken for the next part; null: this is the last.</param>
/// <param name="TotalItems">Of the whole list, under the same filters.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken, int TotalItems);

/// <summary>Which part of a list is wanted.</summary>
public record PageQuery : IRules, IReadsRequest
{
    public const int MaxPageSize = 1000;

    /// <summary>Identifies the list under its filters: a token is valid in the list that it came from.</summary>
    private byte[] list = [];

    /// <summary>Items in one answer, 1 to 1000; there may be fewer where they hold long texts, or a value for each of many labels.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>The nextPageToken of the answer before.</summary>
    public string? PageToken { get; init; }

    public virtual IEnumerable<FieldError> Broken()
    {
        if (PageSize is < 1 or > MaxPageSize) yield return new("pageSize", $"must be from 1 to {MaxPageSize}");
    }

    void IReadsRequest.Read(HttpRequest request)
    {
        var filters = request.Query.Where(parameter => parameter.Key is not ("pageSize" or "pageToken")).OrderBy(parameter => parameter.Key, StringComparer.Ordinal);
        list = SHA256.HashData(Encoding.UTF8.GetBytes(Json.Write(filters.Select(parameter => $"{parameter.Key}={parameter.Value}").Prepend(request.Path.Value))))[..8];
    }

    /// <summary>Reads the place in the list at which the page before this one ended. Only for a request with a token.</summary>
    /// <param name="read">Throws <see cref="JsonException"/> where the place is not one of this list.</param>
    /// <exception cref="InvalidRequestException">The token is not one of this list.</exception>
    public T After<T>(Func<JsonElement, T> read)
    {
        try
        {
            var token = Base64Url.DecodeFromChars(PageToken);
            if (token.AsSpan().StartsWith(list)) return read(JsonElement.Parse(token.AsSpan(list.Length)));
        }
        catch (Exception foreign) when (foreign is JsonException or FormatException)
        {
            // Answered below.
        }
        throw new InvalidRequestException([new("pageToken", "must be the nextPageToken of an earlier answer to the same list, under the same filters and order")]);
    }

    /// <summary>The token of the page that follows a place in the list.</summary>
    public string TokenOf(object place) => Base64Url.EncodeToString([.. list, .. JsonSerializer.SerializeToUtf8Bytes(place, Json.Options)]);
}
