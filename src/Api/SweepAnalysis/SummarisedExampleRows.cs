using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Domain.Datasets;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// Examples with a summary of their labels in several comparisons. The summaries of all examples are computed for each
/// page, so a page reads its summaries with one query and then its texts, some at a time.
/// </summary>
/// <param name="rows">The summaries with their examples.</param>
/// <param name="examples">The examples of the split.</param>
internal sealed class SummarisedExampleRows<TSummary, TItem>(
    IQueryable<SummarisedExample<TSummary>> rows, IQueryable<Example> examples,
    Order<SummarisedExample<TSummary>> order, Func<SummarisedExample<TSummary>, TItem> answer) : Rows<TItem>
    where TSummary : class
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
        var page = await order.Sort(rest).Take(most).Select(row => new { row.Summary, row.Example.Position })
            .ToListAsync(cancellation);
        foreach (var part in page.Chunk(LongTexts))
        {
            var positions = Array.ConvertAll(part, row => row.Position);
            var texts = await examples.Where(example => positions.Contains(example.Position)).AsNoTracking()
                .ToDictionaryAsync(example => example.Position, cancellation);
            foreach (var row in part)
            {
                var whole = new SummarisedExample<TSummary> { Summary = row.Summary, Example = texts[row.Position] };
                yield return (answer(whole), order.PlaceOf(whole));
            }
        }
    }
}

/// <summary>An example, with a summary of its labels in several comparisons.</summary>
internal sealed record SummarisedExample<TSummary> where TSummary : class
{
    public required TSummary Summary { get; init; }
    public required Example Example { get; init; }
}
