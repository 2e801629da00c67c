using Microsoft.EntityFrameworkCore;

namespace PieService.Api.Http;

/// <summary>
/// A page of items of very different sizes, such as those with texts. It is made in memory, so where they are long it ends
/// early, after one item at the least: nextPageToken leads on all the same.
/// </summary>
/// <param name="lengthOf">About how many characters an item has in the answer.</param>
public sealed class TextPage<TRow>(PageQuery query, Func<TRow, int> lengthOf)
{
    /// <summary>Rows asked for at a time: the database sends all that it was asked for, also where the page ends before.</summary>
    private const int Block = 64;

    private readonly List<TRow> rows = [];
    private long length;

    /// <summary>Nothing more is read: the last row only says that there is a next page.</summary>
    public bool IsFull { get; private set; }

    /// <param name="more">In the order of the list, from where the page is now.</param>
    public async Task AddAsync(IQueryable<TRow> more, CancellationToken cancellation)
    {
        var (before, isLast) = (rows.Count, false);
        while (!isLast && !IsFull)
        {
            var wanted = Math.Min(Block, query.PageSize + 1 - rows.Count);
            var block = await more.Skip(rows.Count - before).Take(wanted).ToListAsync(cancellation);
            isLast = block.Count < wanted;
            foreach (var row in block.TakeWhile(_ => !IsFull))
            {
                rows.Add(row);
                length += lengthOf(row);
                IsFull = rows.Count > query.PageSize || (rows.Count > 1 && length > AnswerLength.Most);
            }
        }
    }

    public Page<TItem> Cut<TItem, TKey>(int total, Func<TRow, TItem> item, Func<TRow, TKey> key) =>
        query.Cut(rows, IsFull ? rows.Count - 1 : rows.Count, total, item, key);
}
