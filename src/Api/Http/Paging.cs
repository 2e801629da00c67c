using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>Part of a list.</summary>
/// <param name="NextPageToken">Pass it as pageToken for the next part; null: this is the last.</param>
/// <param name="TotalItems">Of the whole list, under the same filters.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken, int TotalItems);

/// <summary>Which part of a list is wanted.</summary>
public record PageQuery : IRules
{
    public const int MaxPageSize = 1000;

    /// <summary>Tells a list under its filters from any other: a token leads on in the list that it came from.</summary>
    private byte[] list = [];

    /// <summary>Items in one answer, 1 to 1000; there may be fewer where they hold long texts, or a value for each of many labels.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>The nextPageToken of the answer before.</summary>
    public string? PageToken { get; init; }

    public virtual IEnumerable<FieldError> Broken()
    {
        if (PageSize is < 1 or > MaxPageSize) yield return new("pageSize", $"must be from 1 to {MaxPageSize}");
    }

    /// <summary>Called once, before the value is used.</summary>
    internal void BindTo(HttpRequest request)
    {
        var filters = request.Query.Where(parameter => parameter.Key is not ("pageSize" or "pageToken")).OrderBy(parameter => parameter.Key, StringComparer.Ordinal);
        list = SHA256.HashData(Encoding.UTF8.GetBytes(Json.Write(filters.Select(parameter => $"{parameter.Key}={parameter.Value}").Prepend(request.Path.Value))))[..8];
    }

    /// <summary>The last item that the client has seen, by the values that order the list; null on the first page.</summary>
    /// <exception cref="InvalidRequestException">The token is not one of this list.</exception>
    public TKey? After<TKey>() where TKey : class
    {
        if (PageToken is null) return null;
        try
        {
            var token = Base64Url.DecodeFromChars(PageToken);
            if (token.AsSpan().StartsWith(list) && JsonSerializer.Deserialize<TKey>(token.AsSpan(list.Length), Json.Options) is { } key) return key;
        }
        catch (Exception foreign) when (foreign is JsonException or FormatException)
        {
            // Said below.
        }
        throw new InvalidRequestException([new("pageToken", "must be the nextPageToken of an earlier answer to the same list, under the same filters and order")]);
    }

    /// <summary>Items of a page, where each holds a number for every label of its dataset.</summary>
    public int SizeFor(int labels) => Math.Clamp(AnswerLength.Most / AnswerLength.OfScores(labels), 1, PageSize);

    /// <param name="rows">Up to one item more than the page holds: the extra one says that there is a next page.</param>
    /// <param name="key">The values that order the list.</param>
    public Page<TItem> Cut<TRow, TItem, TKey>(IReadOnlyList<TRow> rows, int total, Func<TRow, TItem> item, Func<TRow, TKey> key) =>
        Cut(rows, Math.Min(rows.Count, PageSize), total, item, key);

    /// <param name="shown">How many of the rows the page holds.</param>
    public Page<TItem> Cut<TRow, TItem, TKey>(IReadOnlyList<TRow> rows, int shown, int total, Func<TRow, TItem> item, Func<TRow, TKey> key) => new(
        [.. rows.Take(shown).Select(item)],
        rows.Count > shown ? Base64Url.EncodeToString([.. list, .. Encoding.UTF8.GetBytes(Json.Write(key(rows[shown - 1])))]) : null,
        total);
}

/// <summary>For operations without query parameters: any given one is an error.</summary>
public sealed record NoQuery;
