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

    public override async Task<long> CountAsync(CancellationToken cancellation)
    {
        // The totals of a sweep whose runs have ended; otherwise its runs are counted.
        var known = scope.IsWhole && filter.SelectsAll
            ? await db.SweepTotals.Where(totals => totals.SweepId == scope.Of.SweepId)
                .Select(totals => totals.Predictions).SingleOrDefaultAsync(cancellation)
            : null;
        return known?.GetValueOrDefault(Wire.Name(filter.Split))
            ?? await Runs().SumAsync(run => (long)run.Examples, cancellation);
    }

    public override async IAsyncEnumerable<IReadOnlyList<SweepPredictionResponse>> BlocksAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var examples = await ExampleKeys.ReadAsync(db, scope, filter.Split, 0, int.MaxValue, cancellation);
        if (scope.HasAnswers)
        {
            await foreach (var block in AnsweredBlocksAsync(examples, cancellation)) yield return block;
            yield break;
        }
        var runs = Stored().OrderBy(stored => stored.Run.Ordinal)
            .Select(stored => new
            {
                stored.Run,
                stored.Packed.Classes,
                stored.Packed.Scores,
            }).AsNoTracking().AsAsyncEnumerable();
        await foreach (var stored in runs.WithCancellation(cancellation))
        {
            var run = stored.Run;
            var packed = new PackedPart(0, LabelsOf(run, stored.Classes), stored.Scores);
            for (var first = 0; first < run.Examples; first += BlockRows)
                yield return Block(run, packed, examples, first, Math.Min(BlockRows, run.Examples - first));
        }
    }

    /// <summary>
    /// The blocks with their open answers, which are read block by block: the answers of a run may have gigabytes.
    /// Imported predictions do not change, so they need not be read by one query.
    /// </summary>
    private async IAsyncEnumerable<PredictionBlock> AnsweredBlocksAsync(
        ExampleKeys examples, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var after = Place.BeforeAll; await NextRunAsync(after, cancellation) is { } run; after = Place.EndOf(run))
            for (var first = 0; first < run.Examples; first += BlockRows)
            {
                var count = Math.Min(BlockRows, run.Examples - first);
                if (await PartAsync(run, first, count, cancellation) is { } packed)
                    yield return Block(run, packed, examples, first, count);
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
            after = Place.EndOf(run);
            // A run that was deleted meanwhile has no predictions any more.
            if (await PartAsync(run, first, examples.Count, cancellation) is not { } packed) continue;
            foreach (var item in Block(run, packed, examples, first, examples.Count))
                yield return (item, new Place(run.Ordinal, item.Position));
            most -= examples.Count;
        }
    }

    /// <summary>
    /// Reads the predictions of consecutive examples only: those of a whole run may have a gigabyte.
    /// </summary>
    private async Task<PackedPart?> PartAsync(PredictedRun run, int first, int count, CancellationToken cancellation)
    {
        var labelBytes = PackedLabels.BytesPerExample(scope.Task, run.ClassCount);
        var scoreBytes = PackedPredictions.BytesPerExample(run.ClassCount);
        var bytes = await db.Database.SqlQuery<PackedBytes>($"""
            SELECT substring(classes FROM {(first * labelBytes) + 1} FOR {count * labelBytes}) AS classes,
                substring(scores FROM {(first * scoreBytes) + 1} FOR {count * scoreBytes}) AS scores
            FROM run_predictions WHERE run_id = {run.RunId} AND split = {Wire.Name(run.Split)}
            """).SingleOrDefaultAsync(cancellation);
        return bytes is null ? null : new PackedPart(first, LabelsOf(run, bytes.Classes), bytes.Scores)
        {
            Answers = scope.HasAnswers ? await AnswersAsync(run, first, count, cancellation) : null,
        };
    }

    private async Task<IReadOnlyList<string?>?> AnswersAsync(
        PredictedRun run, int first, int count, CancellationToken cancellation)
    {
        var start = RunAnswers.StartOf(first);
        var rows = await db.RunAnswers.Where(answers => answers.RunId == run.RunId && answers.Split == run.Split
                && answers.Start >= start && answers.Start < first + count)
            .OrderBy(answers => answers.Start).Select(answers => answers.Texts).ToListAsync(cancellation);
        return rows.Count == 0 ? null : [.. rows.SelectMany(texts => texts).Skip(first - start).Take(count)];
    }

    private PackedLabels LabelsOf(PredictedRun run, byte[] classes) => new(scope.Task, run.ClassCount, classes);

    private Task<PredictedRun?> NextRunAsync(Place after, CancellationToken cancellation) => Runs()
        .Where(run => run.Ordinal > after.Run || (run.Ordinal == after.Run && run.Examples - 1 > after.Position))
        .OrderBy(run => run.Ordinal).AsNoTracking().FirstOrDefaultAsync(cancellation);

    private PredictionBlock Block(PredictedRun run, PackedPart packed, ExampleKeys examples, int first, int count) =>
        new(run, packed, examples, names)
        {
            First = first,
            Count = count,
        };

    public IQueryable<PredictedRun> Runs() => Stored().Select(stored => stored.Run);

    private IQueryable<StoredRun> Stored() =>
        from link in db.SweepRuns
        join run in db.Runs on link.RunId equals run.Id
        join packed in db.RunPredictions on run.Id equals packed.RunId
        where link.SweepId == scope.Of.SweepId && packed.Split == filter.Split
            && (scope.After == null || link.Ordinal > scope.After)
            && (scope.Last == null || link.Ordinal <= scope.Last)
            && (filter.Model == null || link.Model == filter.Model)
            && (filter.Method == null || run.Method == filter.Method)
            && (filter.Sparsity == null || run.Sparsity == filter.Sparsity)
            && (filter.Cohort == null || run.Cohort == filter.Cohort)
        select new StoredRun
        {
            Run = new PredictedRun
            {
                Ordinal = link.Ordinal,
                RunId = run.Id,
                Model = link.Model,
                Method = run.Method,
                Sparsity = run.Sparsity,
                Cohort = run.Cohort,
                AchievedSparsity = run.AchievedSparsity,
                Seed = run.Seed,
                Split = packed.Split,
                Examples = packed.Examples,
                ClassCount = packed.ClassCount,
            },
            Packed = packed,
        };

    private sealed record StoredRun
    {
        public required PredictedRun Run { get; init; }
        public required RunPredictions Packed { get; init; }
    }

    private sealed record PackedBytes(byte[] Classes, byte[]? Scores);

    /// <summary>The place of a row: the place of its run in the sweep, and the position of its example.</summary>
    private sealed record Place(int Run, int Position)
    {
        public static Place BeforeAll { get; } = new(-1, -1);

        public static Place EndOf(PredictedRun run) => new(run.Ordinal, run.Examples - 1);
    }
}
