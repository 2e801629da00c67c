using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace PieService.Api.Lists;

/// <summary>A list whose rows are in the database.</summary>
/// <param name="answer">Converts a row to an item of the list.</param>
public sealed class QueryRows<TRow, TItem>(IQueryable<TRow> rows, Order<TRow> order, Func<TRow, TItem> answer)
    : Rows<TItem> where TRow : class
{
    /// <summary>
    /// The number of long items that one query reads: the database sends all rows of a query, even if the page ends
    /// before the last one.
    /// </summary>
    private const int LongItems = 64;

    /// <summary>The number of rows read at a time; by default a whole page, or 64 if items are long.</summary>
    public int? Block { get; init; }

    /// <summary>
    /// The largest <see cref="Rows{TItem}.LengthOf"/> of an item, if it is known: a query then reads as many rows as
    /// are within <see cref="AnswerLength.Most"/>, and at least 64.
    /// </summary>
    public int? Longest { get; init; }

    /// <summary>
    /// Adds to rows what is expensive to read, and leaves their number and their place as they are. PostgreSQL may read
    /// all columns before it sorts, so this is applied to the rows of a page only.
    /// </summary>
    public Func<IQueryable<TRow>, IQueryable<TRow>> Complete { get; init; } = rows => rows;

    /// <summary>
    /// All rows, complete, for a file; null if <see cref="Complete"/> of all rows does not cost more.
    /// </summary>
    public IQueryable<TRow>? All { get; init; }

    /// <summary>A query with the same number of rows that is cheaper to count.</summary>
    public IQueryable<object> Counted { get; init; } = rows;

    /// <summary>The number of rows, if it is known; else they are counted.</summary>
    public long? Known { get; init; }

    public override Task<long> CountAsync(CancellationToken cancellation) =>
        Known is { } known ? Task.FromResult(known) : Counted.LongCountAsync(cancellation);

    public override IAsyncEnumerable<TItem> AllAsync(CancellationToken cancellation) =>
        order.Sort(All ?? Complete(rows)).AsNoTracking().AsAsyncEnumerable().Select(answer);

    public override IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        FollowingAsync(after is { } place ? order.ReadPlace(place) : null, most, cancellation);

    private int LongBlock =>
        Longest is { } longest ? Math.Max(LongItems, AnswerLength.Most / Math.Max(1, longest)) : LongItems;

    /// <summary>The first rows in this order, complete.</summary>
    private IQueryable<TRow> Page(IQueryable<TRow> rest, int most)
    {
        var first = order.Sort(rest).Take(most);
        return Complete(first) is var complete && complete != first ? order.Sort(complete) : first;
    }

    private async IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        object[]? place, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (block, isLast) = (Block ?? (LengthOf is null ? most : LongBlock), false);
        for (var left = most; left > 0 && !isLast; left -= block)
        {
            var wanted = Math.Min(block, left);
            var rest = place is null ? rows : order.After(rows, place);
            var read = await Page(rest, wanted).AsNoTracking().ToListAsync(cancellation);
            foreach (var row in read) yield return (answer(row), place = order.PlaceOf(row));
            isLast = read.Count < wanted;
        }
    }
}
