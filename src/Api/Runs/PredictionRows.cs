using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>
/// The predictions of a run in the order of the examples, each with the id of its example in the source and, of a
/// foreign cohort, with its open answer. The ids of 1,000 examples and the answers to them are in memory at a time.
/// </summary>
internal sealed class PredictionRows(
    PieDbContext db, PredictionTable.Scope scope, PredictionTable.Packed packed, Split split) : Rows<PredictionResponse>
{
    private readonly PackedLabels answers = new(scope.Task, scope.Labels.Length, packed.Classes);
    private int start = -1;
    private string[] sourceIds = [];
    private string?[] texts = [];

    private ListRows<int> Positions => new(answers.Count, position => position);

    public override Task<long> CountAsync(CancellationToken cancellation) => Positions.CountAsync(cancellation);

    public override async IAsyncEnumerable<PredictionResponse> AllAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var position in Positions.AllAsync(cancellation))
            yield return await AtAsync(position, cancellation);
    }

    public override IAsyncEnumerable<(PredictionResponse Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        ReadAsync(Positions.FollowingAsync(after, most, cancellation), cancellation);

    private async IAsyncEnumerable<(PredictionResponse Item, object Place)> ReadAsync(
        IAsyncEnumerable<(int Position, object Place)> following,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (position, place) in following.WithCancellation(cancellation))
            yield return (await AtAsync(position, cancellation), place);
    }

    private async Task<PredictionResponse> AtAsync(int position, CancellationToken cancellation)
    {
        if (start != RunAnswers.StartOf(position)) await ReadBlockAsync(RunAnswers.StartOf(position), cancellation);
        return new(
            Example.IdOf(scope.Of.Run.DatasetId, split, position),
            position,
            sourceIds[position - start],
            [.. answers.ClassesAt(position).Select(c => scope.Labels[c])],
            packed.Scores is { } scores ? PackedPredictions.ScoresAt(scores, position, packed.ClassCount) : null,
            texts.Length == 0 ? null : texts[position - start]);
    }

    private async Task ReadBlockAsync(int first, CancellationToken cancellation)
    {
        var run = scope.Of.Run;
        start = first;
        sourceIds = await db.Examples
            .Where(example => example.DatasetId == run.DatasetId && example.Split == split
                && example.Position >= first && example.Position < first + RunAnswers.Examples)
            .OrderBy(example => example.Position).Select(example => example.SourceId).ToArrayAsync(cancellation);
        if (run.Cohort is not null)
            texts = await db.RunAnswers.Where(a => a.RunId == run.Id && a.Split == split && a.Start == first)
                .Select(a => a.Texts).SingleOrDefaultAsync(cancellation) ?? [];
    }
}
