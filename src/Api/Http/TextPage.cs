using Microsoft.EntityFrameworkCore;

namespace PieService.Api.Http;

/// <summary>
/// A page of items that hold texts. It is made in memory, so where the texts are long it ends early, after one item at the
/// least: nextPageToken leads on all the same.
/// </summary>
public sealed class TextPage<TRow>(PageQuery query, Func<TRow, int> lengthOf)
{
    /// <summary>Characters; a page of short texts stays far below.</summary>
    public const int MaxLength = 8 * 1024 * 1024;

    private readonly List<TRow> rows = [];
    private long length;

    /// <summary>Nothing more is read: the last row only says that there is a next page.</summary>
    public bool IsFull { get; private set; }

    public async Task AddAsync(IQueryable<TRow> more, CancellationToken cancellation)
    {
        await foreach (var row in more.Take(query.PageSize + 1 - rows.Count).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            rows.Add(row);
            length += lengthOf(row);
            IsFull = rows.Count > query.PageSize || (rows.Count > 1 && length > MaxLength);
            if (IsFull) return;
        }
    }

    public Page<TItem> Cut<TItem, TKey>(int total, Func<TRow, TItem> item, Func<TRow, TKey> key) =>
        query.Cut(rows, IsFull ? rows.Count - 1 : rows.Count, total, item, key);
}
