using System.Text.Json;
using PieService.Domain;

namespace PieService.Api.Lists;

/// <summary>
/// A list whose rows are in memory. The place of an item is its index, so that items may be repeated or left out if the
/// list changes between two pages.
/// </summary>
/// <param name="at">Returns the item at an index, from 0.</param>
public sealed class ListRows<TItem>(int count, Func<int, TItem> at) : Rows<TItem>
{
    public ListRows(IReadOnlyList<TItem> items) : this(items.Count, index => items[index])
    {
    }

    public override Task<long> CountAsync(CancellationToken cancellation) => Task.FromResult((long)count);

    public override IAsyncEnumerable<TItem> AllAsync(CancellationToken cancellation) =>
        From(0).Select(at).ToAsyncEnumerable();

    public override IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        From(after is { } place ? Math.Clamp(place.Deserialize<int>(Json.Options), -1, count - 1) + 1 : 0)
            .Select(index => (at(index), (object)index)).ToAsyncEnumerable();

    private IEnumerable<int> From(int index) => Enumerable.Range(index, count - index);
}
