using System.Text.Json;
using PieService.Api.Http;

namespace PieService.Api.Lists;

/// <summary>The items of a list in their order: all of them, or those after a place.</summary>
public abstract class Rows<TItem>
{
    public abstract Task<long> CountAsync(CancellationToken cancellation);

    /// <summary>All items, which are read from the database during the enumeration.</summary>
    public abstract IAsyncEnumerable<TItem> AllAsync(CancellationToken cancellation);

    /// <summary>
    /// All items in the blocks that belong together, such as the predictions of a run; null if there are no such
    /// blocks.
    /// </summary>
    public virtual IAsyncEnumerable<IReadOnlyList<TItem>>? BlocksAsync(CancellationToken cancellation) => null;

    /// <summary>
    /// Returns the approximate number of characters of an item in a response; null if items are short.
    /// </summary>
    public Func<TItem, int>? LengthOf { get; init; }

    /// <summary>
    /// Returns a page of the list. A page is built in memory, so it has fewer items than its size if they are long, but
    /// at least one item.
    /// </summary>
    /// <exception cref="InvalidRequestException">The page token does not belong to this list.</exception>
    public async Task<Page<TItem>> PageAsync(PageQuery query, CancellationToken cancellation)
    {
        var following = query.PageToken is null ? FollowingAsync(null, query.PageSize + 1, cancellation)
            : query.After(place => FollowingAsync(place, query.PageSize + 1, cancellation));
        var total = await CountAsync(cancellation);
        var (items, length, last) = (new List<TItem>(), 0L, (object?)null);
        await foreach (var (item, place) in following)
        {
            length += LengthOf?.Invoke(item) ?? 0;
            if (items.Count == query.PageSize || (items.Count > 0 && length > AnswerLength.Most))
                return new Page<TItem>(items, query.TokenOf(last!), total);
            items.Add(item);
            last = place;
        }
        return new Page<TItem>(items, null, total);
    }

    /// <summary>Returns items with their places in the list, which page tokens contain.</summary>
    /// <param name="after">
    /// The place of the last item that the client has received; null to begin with the first item.
    /// </param>
    /// <param name="most">The largest number of items to read.</param>
    /// <exception cref="JsonException">
    /// The place does not belong to this list; thrown before the enumeration.
    /// </exception>
    public abstract IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation);
}
