using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Domain.Datasets;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// Examples with a summary of their labels in several comparisons. A page first reads the positions of its examples,
/// for which PostgreSQL computes only what sorts them, of all examples, and then their summaries and texts, some at a
/// time.
/// </summary>
/// <param name="rows">The summaries with their examples.</param>
/// <param name="at">Those of some positions.</param>
internal sealed class SummarisedExampleRows<TSummary, TItem>(
    IQueryable<SummarisedExample<TSummary>> rows, Func<int[], IQueryable<SummarisedExample<TSummary>>> at,
    Order<SummarisedExample<TSummary>> order, Func<SummarisedExample<TSummary>, TItem> answer) : Rows<TItem>
    where TSummary : class, IExampleSummary
{
    private const int LongTexts = 64;

    /// <summary>A query with the same number of rows that is cheaper to count.</summary>
    public IQueryable<object> Counted { get; init; } = rows;

    public override Task<long> CountAsync(CancellationToken cancellation) => Counted.LongCountAsync(cancellation);

    public override IAsyncEnumerable<TItem> AllAsync(CancellationToken cancellation) =>
        order.Sort(rows).AsNoTracking().AsAsyncEnumerable().Select(answer);

    public override IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        ReadAsync(after is { } place ? order.After(rows, order.ReadPlace(place)) : rows, most, cancellation);

    private async IAsyncEnumerable<(TItem Item, object Place)> ReadAsync(
        IQueryable<SummarisedExample<TSummary>> rest, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = await order.Sort(rest).Take(most).Select(row => row.Example.Position).ToListAsync(cancellation);
        foreach (var positions in page.Chunk(LongTexts))
        {
            // Both tables are searched by position.
            var part = await at(positions).Where(row => positions.Contains(row.Example.Position)).AsNoTracking()
                .ToDictionaryAsync(row => row.Example.Position, cancellation);
            // An example may be left out by labels that replaced others since its position was read.
            foreach (var position in positions)
                if (part.TryGetValue(position, out var row)) yield return (answer(row), order.PlaceOf(row));
        }
    }
}

/// <summary>A summary of the labels of one example.</summary>
public interface IExampleSummary
{
    int Position { get; }
}

/// <summary>An example, with a summary of its labels in several comparisons.</summary>
internal sealed record SummarisedExample<TSummary> where TSummary : class
{
    public required TSummary Summary { get; init; }
    public required Example Example { get; init; }
}
