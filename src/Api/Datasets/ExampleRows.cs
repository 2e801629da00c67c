using System.Data;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <summary>The examples of a dataset, read split by split, because no index has them in this order.</summary>
/// <param name="matching">The matching examples of the dataset, in any order.</param>
/// <param name="answer">Converts an example to an item of the list.</param>
/// <param name="splits">The splits of the list, in their order.</param>
public sealed class ExampleRows<TItem>(
    PieDbContext db, IQueryable<Example> matching, IReadOnlyList<Split> splits, Func<Example, TItem> answer)
    : Rows<TItem>
{
    private static readonly Order<Example> ByPosition = Order<Example>.By(example => example.Position);

    /// <summary>The number of examples, if it is known; null if they must be counted.</summary>
    public int? KnownCount { get; init; }

    public override async Task<long> CountAsync(CancellationToken cancellation) =>
        KnownCount ?? await matching.CountAsync(example => splits.Contains(example.Split), cancellation);

    /// <summary>Reads all examples in one snapshot, because the dataset can be deleted in the meantime.</summary>
    public override async IAsyncEnumerable<TItem> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        foreach (var split in splits)
        {
            await foreach (var item in Of(split).AllAsync(cancellation).WithCancellation(cancellation))
                yield return item;
        }
    }

    public override IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        FollowingAsync(after?.Deserialize<Place>(Json.Options), most, cancellation);

    private async IAsyncEnumerable<(TItem Item, object Place)> FollowingAsync(
        Place? after, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var split in splits.Where(split => after is null || split >= after.Split))
        {
            var last = split == after?.Split ? after.Position : -1;
            await foreach (var (item, place) in Of(split, last).FollowingAsync(null, most, cancellation))
            {
                yield return (item, new Place(split, (int)((object[])place)[0]));
                most--;
            }
            if (most <= 0) yield break;
        }
    }

    private QueryRows<Example, TItem> Of(Split split, int last = -1) =>
        new(matching.Where(example => example.Split == split && example.Position > last), ByPosition, answer)
        {
            LengthOf = LengthOf,
        };

    private sealed record Place(Split Split, int Position);
}
