using System.Text.Json;
using PieService.Api.Http;

namespace PieService.Api.Lists;

/// <summary>The items of a list in their order: whole, or from a place on.</summary>
public abstract class Rows<TItem>
{
    public abstract Task<int> CountAsync(CancellationToken cancellation);

    /// <summary>Every item, read from the database while they are enumerated.</summary>
    public abstract IAsyncEnumerable<TItem> AllAsync(CancellationToken cancellation);

    /// <summary>About how many characters an item has in an answer; null: items are short.</summary>
    public Func<TItem, int>? LengthOf { get; init; }

    /// <summary>A page of the list. It ends before its size where its items are long, since it is made in memory, but has one item at the least.</summary>
    /// <exception cref="InvalidRequestException">The page token is not one of this list.</exception>
    public async Task<Page<TItem>> PageAsync(PageQuery query, CancellationToken cancellation)
    {
        var following = query.PageToken is null ? FollowingAsync(null, query.PageSize + 1, cancellation)
            : query.After(place => FollowingAsync(place, query.PageSize + 1, cancellation));
        var total = await CountAsync(cancellation);
        var (items, length, last) = (new List<TItem>(), 0L, (object?)null);
        await foreach (var (item, place) in following)
        {
            length += LengthOf?.Invoke(item) ?? 0;
            if (items.Count == query.PageSize || (items.Count > 0 && length > AnswerLength.Most)) return new Page<TItem>(items, query.TokenOf(last!), total);
            items.Add(item);
            last = place;
        }
        return new Page<TItem>(items, null, total);
    }

    /// <summary>Items with their places in the list, which page tokens hold.</summary>
    /// <param name="after">The place of the last item that the client has; null: from the first item on.</param>
    /// <param name="most">Items that are wanted at the most.</param>
    /// <exception cref="JsonException">It is not a place of this list; thrown at once.</exception>
    public abstract IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(JsonElement? after, int most, CancellationToken cancellation);
}
