using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Domain;
using PieService.Domain.Predictions;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>
/// The predictions of a sweep, run by run. A file is one query, so all of its runs are as they were at one moment, and
/// the packed predictions of one run at a time are in memory.
/// </summary>
internal sealed class SweepPredictionRows(
    PieDbContext db, SweepPredictionTable.Scope scope, SweepPredictionFilter filter) : Rows<SweepPredictionResponse>
{
    /// <summary>Limits the memory of a row group of a long split.</summary>
    private const int BlockBytes = 16 * 1024 * 1024;

    /// <summary>
    /// The approximate size of a row without its scores: two ids as text and the references to others.
    /// </summary>
    private const int RowBytes = 250;

    private readonly LabelNames names = new(scope.Labels);

    private int BlockRows => Math.Max(1_000, BlockBytes / (RowBytes + (sizeof(float) * scope.Labels.Length)));

    public override async Task<long> CountAsync(CancellationToken cancellation) =>
        await Runs().SumAsync(run => (long)run.Examples, cancellation);

    public override async IAsyncEnumerable<IReadOnlyList<SweepPredictionResponse>> BlocksAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var examples = await ExampleKeys.ReadAsync(db, scope, filter.Split, 0, int.MaxValue, cancellation);
        var runs = Runs().OrderBy(run => run.Ordinal).AsNoTracking().AsAsyncEnumerable();
        await foreach (var run in runs.WithCancellation(cancellation))
        {
            for (var first = 0; first < run.Examples; first += BlockRows)
                yield return Block(run, examples, first, Math.Min(BlockRows, run.Examples - first));
        }
    }

    public override async IAsyncEnumerable<SweepPredictionResponse> AllAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var block in BlocksAsync(cancellation))
        {
            foreach (var row in block) yield return row;
        }
    }

    public override IAsyncEnumerable<(SweepPredictionResponse Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation) =>
        FollowingAsync(
            after is { } place
                ? place.Deserialize<Place>(Json.Options) ?? throw new JsonException("The place is null.")
                : Place.BeforeAll,
            most, cancellation);

    private async IAsyncEnumerable<(SweepPredictionResponse Item, object Place)> FollowingAsync(
        Place after, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (most > 0 && await NextRunAsync(after, cancellation) is { } run)
        {
            var first = run.Ordinal == after.Run ? Math.Max(0, after.Position + 1) : 0;
            var examples = await ExampleKeys.ReadAsync(
                db, scope, filter.Split, first, Math.Min(most, run.Examples - first), cancellation);
            foreach (var item in Block(run, examples, first, examples.Count))
                yield return (item, new Place(run.Ordinal, item.Position));
            most -= examples.Count;
            after = Place.EndOf(run);
        }
    }

    private Task<PackedRun?> NextRunAsync(Place after, CancellationToken cancellation) => Runs()
        .Where(run => run.Ordinal > after.Run || (run.Ordinal == after.Run && run.Examples - 1 > after.Position))
        .OrderBy(run => run.Ordinal).AsNoTracking().FirstOrDefaultAsync(cancellation);

    private PredictionBlock Block(PackedRun run, ExampleKeys examples, int first, int count) =>
        new(run, new PackedLabels(scope.Task, run.ClassCount, run.Classes), examples, names)
        {
            First = first,
            Count = count,
        };

    public IQueryable<PackedRun> Runs() =>
        from link in db.SweepRuns
        join run in db.Runs on link.RunId equals run.Id
        join packed in db.RunPredictions on run.Id equals packed.RunId
        where link.SweepId == scope.Of.SweepId && packed.Split == filter.Split
            && (scope.After == null || link.Ordinal > scope.After)
            && (scope.Last == null || link.Ordinal <= scope.Last)
            && (filter.Model == null || link.Model == filter.Model)
            && (filter.Method == null || run.Method == filter.Method)
            && (filter.Sparsity == null || run.Sparsity == filter.Sparsity)
        select new PackedRun
        {
            Ordinal = link.Ordinal,
            RunId = run.Id,
            Model = link.Model,
            Method = run.Method,
            Sparsity = run.Sparsity,
            AchievedSparsity = run.AchievedSparsity,
            Seed = run.Seed,
            Split = packed.Split,
            Examples = packed.Examples,
            ClassCount = packed.ClassCount,
            Classes = packed.Classes,
            Scores = packed.Scores,
        };

    /// <summary>The place of a row: the place of its run in the sweep, and the position of its example.</summary>
    private sealed record Place(int Run, int Position)
    {
        public static Place BeforeAll { get; } = new(-1, -1);

        public static Place EndOf(PackedRun run) => new(run.Ordinal, run.Examples - 1);
    }
}
