using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>
/// The predictions of a run of a foreign cohort, each with its open answer. The answers to 1,000 examples are in memory
/// at a time.
/// </summary>
/// <param name="rows">The predictions without the answers, in the order of the examples.</param>
internal sealed class AnsweredRows(PieDbContext db, Guid runId, Split split, Rows<PredictionResponse> rows)
    : Rows<PredictionResponse>
{
    private int start = -1;
    private string?[] texts = [];

    public override Task<long> CountAsync(CancellationToken cancellation) => rows.CountAsync(cancellation);

    public override async IAsyncEnumerable<PredictionResponse> AllAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in rows.AllAsync(cancellation)) yield return await AnsweredAsync(item, cancellation);
    }

    public override IAsyncEnumerable<(PredictionResponse Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        AnsweredAsync(rows.FollowingAsync(after, most, cancellation), cancellation);

    private async IAsyncEnumerable<(PredictionResponse Item, object Place)> AnsweredAsync(
        IAsyncEnumerable<(PredictionResponse Item, object Place)> following,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (item, place) in following.WithCancellation(cancellation))
            yield return (await AnsweredAsync(item, cancellation), place);
    }

    private async Task<PredictionResponse> AnsweredAsync(PredictionResponse item, CancellationToken cancellation)
    {
        if (start < 0 || item.Position < start || item.Position >= start + RunAnswers.Examples)
        {
            start = RunAnswers.StartOf(item.Position);
            texts = await db.RunAnswers.Where(a => a.RunId == runId && a.Split == split && a.Start == start)
                .Select(a => a.Texts).SingleOrDefaultAsync(cancellation) ?? [];
        }
        return texts.Length == 0 ? item : item with { Answer = texts[item.Position - start] };
    }
}
