using Microsoft.EntityFrameworkCore;

namespace PieService.Api.Lists;

/// <summary>The rows of a list directly before and after a place.</summary>
/// <param name="Previous">Null at the beginning of the list.</param>
/// <param name="Next">Null at its end.</param>
public sealed record Adjacent<TRow>(TRow? Previous, TRow? Next) where TRow : class
{
    /// <param name="place">
    /// The place of a row (<see cref="Order{TRow}.PlaceOf"/>), which need not be in the list.
    /// </param>
    public static async Task<Adjacent<TRow>> FindAsync(
        IQueryable<TRow> rows, Order<TRow> order, object[] place, CancellationToken cancellation) =>
        new(
            await FirstAfterAsync(rows, order.Reversed(), place, cancellation),
            await FirstAfterAsync(rows, order, place, cancellation));

    public Adjacent<TOther> Select<TOther>(Func<TRow, TOther> answer) where TOther : class =>
        new(Previous is null ? null : answer(Previous), Next is null ? null : answer(Next));

    private static Task<TRow?> FirstAfterAsync(
        IQueryable<TRow> rows, Order<TRow> order, object[] place, CancellationToken cancellation) =>
        order.Sort(order.After(rows, place)).AsNoTracking().FirstOrDefaultAsync(cancellation);
}
