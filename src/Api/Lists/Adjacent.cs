using Microsoft.EntityFrameworkCore;

namespace PieService.Api.Lists;

/// <summary>The rows of a list directly before and after a place.</summary>
/// <param name="Previous">Null at the beginning of the list.</param>
/// <param name="Next">Null at its end.</param>
public sealed record Adjacent<TRow>(TRow? Previous, TRow? Next) where TRow : class
{
    /// <summary>The queries for the rows before a place and for those after it, the nearest row first.</summary>
    /// <param name="place">
    /// The place of a row (<see cref="Order{TRow}.PlaceOf"/>), which need not be in the list.
    /// </param>
    public static Adjacent<IQueryable<TRow>> QueriesOf(IQueryable<TRow> rows, Order<TRow> order, object[] place)
    {
        return new(From(order.Reversed()), From(order));

        IQueryable<TRow> From(Order<TRow> direction) => direction.Sort(direction.After(rows, place)).AsNoTracking();
    }

    /// <summary>Reads the first row of both queries.</summary>
    public static async Task<Adjacent<TRow>> FirstOfAsync(
        Adjacent<IQueryable<TRow>> queries, CancellationToken cancellation) =>
        new(
            await queries.Previous!.FirstOrDefaultAsync(cancellation),
            await queries.Next!.FirstOrDefaultAsync(cancellation));

    public Adjacent<TOther> Select<TOther>(Func<TRow, TOther> answer) where TOther : class =>
        new(Previous is null ? null : answer(Previous), Next is null ? null : answer(Next));
}
