using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace PieService.Api.Lists;

/// <summary>A list that the database has.</summary>
/// <param name="answer">What the list shows of a row.</param>
public sealed class QueryRows<TRow, TItem>(IQueryable<TRow> rows, Order<TRow> order, Func<TRow, TItem> answer) : Rows<TItem> where TRow : class
{
    /// <summary>Long items are read so many at a time: the database sends all that it was asked for, also where a page ends before.</summary>
    private const int LongItems = 64;

    /// <summary>A query of the same number of rows that is cheaper to count.</summary>
    public IQueryable<object> Counted { get; init; } = rows;

    public override Task<int> CountAsync(CancellationToken cancellation) => Counted.CountAsync(cancellation);

    public override IAsyncEnumerable<TItem> AllAsync(CancellationToken cancellation) =>
        order.Sort(rows).AsNoTracking().AsAsyncEnumerable().Select(answer);

    public override IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        FollowingAsync(after is { } place ? order.ReadPlace(place) : null, most, cancellation);

    private async IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        object[]? place, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (block, isLast) = (LengthOf is null ? most : LongItems, false);
        for (var left = most; left > 0 && !isLast; left -= block)
        {
            var wanted = Math.Min(block, left);
            var rest = place is null ? rows : order.After(rows, place);
            var read = await order.Sort(rest).Take(wanted).AsNoTracking().ToListAsync(cancellation);
            foreach (var row in read) yield return (answer(row), place = order.PlaceOf(row));
            isLast = read.Count < wanted;
        }
    }
}
