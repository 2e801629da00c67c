using System.Data;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Bundles;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>
/// Writes a sweep that has ended as a bundle, while its rows are read in one snapshot. Beside a few numbers of each
/// run, the memory has the predictions of one run for one split at a time.
/// </summary>
public sealed class BundleExport
{
    /// <summary>The runs whose rows are read by one query.</summary>
    private const int RunsAtOnce = 100;

    private readonly PieDbContext db;
    private readonly IReadOnlyList<StoredRun> runs;

    private BundleExport(PieDbContext db, Sweep sweep, Dataset dataset, IReadOnlyList<StoredRun> runs) =>
        (this.db, Sweep, Dataset, this.runs) = (db, sweep, dataset, runs);

    public Sweep Sweep { get; }
    public Dataset Dataset { get; }

    /// <summary>The outline of the sweep: see <see cref="StudyHash"/>.</summary>
    public string Outline => StudyHash.Of(
        Dataset.ContentHash, Sweep.Foreign, documents: null, runs.Select(run => run.AsStudied(values: null)));

    /// <summary>Begins a transaction with a snapshot, in which the bundle is written.</summary>
    /// <returns>Null if there is no such sweep.</returns>
    public static async Task<BundleExport?> BeginAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        db.Database.SetCommandTimeout(ComparisonLabels.Timeout);
        await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await OfAsync(db, sweepId, cancellation);
    }

    /// <summary>The sweep without a snapshot, for its hash.</summary>
    internal static async Task<BundleExport?> OfAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        if (await db.Sweeps.AsNoTracking().SingleOrDefaultAsync(sweep => sweep.Id == sweepId, cancellation)
            is not { } sweep) return null;
        var dataset = await db.Datasets.AsNoTracking()
            .SingleAsync(dataset => dataset.Id == sweep.DatasetId, cancellation);
        return new(db, sweep, dataset, await StoredRun.OfAsync(db, sweepId, cancellation));
    }

    /// <summary>The <see cref="StudyHash"/> of the sweep, for which PostgreSQL reads all predictions.</summary>
    internal async Task<string> ContentHashAsync(CancellationToken cancellation)
    {
        var values = await StoredValues.OfAsync(db, Sweep.Id, runs, cancellation);
        var documents = await StoredValues.DocumentsAsync(db, Sweep.Id, cancellation);
        return StudyHash.Of(
            Dataset.ContentHash, Sweep.Foreign, documents, runs.Select(run => run.AsStudied(values[run.Id])));
    }

    /// <param name="service">The version of the service.</param>
    public async Task WriteAsync(Stream to, string service, CancellationToken cancellation)
    {
        var comparisons = await db.Comparisons.AsNoTracking().Where(comparison => comparison.SweepId == Sweep.Id)
            .OrderBy(comparison => comparison.Ordinal).ToListAsync(cancellation);
        await using var bundle = await BundleWriter.BeginAsync(to, cancellation);
        await bundle.WriteAsync(
            BundleEntries.Manifest,
            new BundleManifest(
                BundleEntries.Format, service, await ContentHashAsync(cancellation), Sweep.Id, Dataset.Id, runs.Count,
                comparisons.Count),
            cancellation);
        await bundle.WriteAsync(BundleEntries.Dataset, BundledDataset.Of(Dataset), cancellation);
        await bundle.WriteLinesAsync(BundleEntries.Examples, ExamplesAsync(cancellation), cancellation);
        await bundle.WriteAsync(BundleEntries.Sweep, BundledSweep.Of(Sweep), cancellation);
        await bundle.WriteLinesAsync(BundleEntries.Runs, RunsAsync(cancellation), cancellation);
        await WritePredictionsAsync(bundle, cancellation);
        await WriteObservationsAsync(bundle, cancellation);
        if (await db.SweepDocuments.Where(documents => documents.SweepId == Sweep.Id)
            .Select(documents => documents.Hashes).SingleOrDefaultAsync(cancellation) is { } hashes)
            await bundle.WriteBytesAsync(
                BundleEntries.Documents, new[] { hashes }.ToAsyncEnumerable(), isCompressed: false, cancellation);
        await bundle.WriteLinesAsync(
            BundleEntries.Comparisons, ComparisonsAsync(comparisons, cancellation), cancellation);
        await bundle.FinishAsync(cancellation);
    }

    private async IAsyncEnumerable<BundledExample> ExamplesAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var split in Dataset.Splits.Select(summary => summary.Split).Order())
            await foreach (var example in db.Examples.AsNoTracking()
                .Where(example => example.DatasetId == Dataset.Id && example.Split == split)
                .OrderBy(example => example.Position).AsAsyncEnumerable().WithCancellation(cancellation))
                yield return BundledExample.Of(example);
    }

    private async IAsyncEnumerable<BundledRun> RunsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var chunk in runs.Chunk(RunsAtOnce))
        {
            var ids = Array.ConvertAll(chunk, run => run.Id);
            var rows = await db.Runs.AsNoTracking().Where(run => ids.Contains(run.Id))
                .ToDictionaryAsync(run => run.Id, cancellation);
            var metrics = (await db.RunMetrics.AsNoTracking().Where(metric => ids.Contains(metric.RunId))
                .ToListAsync(cancellation)).ToLookup(metric => metric.RunId);
            foreach (var run in chunk) yield return run.AsBundled(rows[run.Id], metrics[run.Id]);
        }
    }

    private async Task WritePredictionsAsync(BundleWriter bundle, CancellationToken cancellation)
    {
        foreach (var split in Enum.GetValues<Split>())
        {
            var ids = IdsWith(of => of.Split == split);
            if (ids.Count == 0) continue;
            var rows = db.RunPredictions.Where(predictions => predictions.Split == split);
            await bundle.WriteBytesAsync(
                BundleEntries.Classes(split),
                EachAsync(ids, id => rows.Where(of => of.RunId == id).Select(of => of.Classes), cancellation),
                isCompressed: true, cancellation);
            var scored = IdsWith(of => of.Split == split && of.Scores);
            if (scored.Count > 0)
                await bundle.WriteBytesAsync(
                    BundleEntries.Scores(split),
                    EachAsync(scored, id => rows.Where(of => of.RunId == id).Select(of => of.Scores!), cancellation),
                    isCompressed: false, cancellation);
            var answered = IdsWith(of => of.Split == split && of.Answers);
            if (answered.Count > 0)
                await bundle.WriteLinesAsync(
                    BundleEntries.Answers(split), AnswersAsync(answered, split, cancellation), cancellation);
        }

        List<Guid> IdsWith(Func<BundledPredictions, bool> isMeant) =>
            [.. runs.Where(run => run.Predictions.Any(isMeant)).Select(run => run.Id)];
    }

    private async Task WriteObservationsAsync(BundleWriter bundle, CancellationToken cancellation)
    {
        foreach (var epoch in runs.SelectMany(run => run.Observed).Distinct().Order())
        {
            List<Guid> ids = [.. runs.Where(run => run.Observed.Contains(epoch)).Select(run => run.Id)];
            var rows = db.RunObservations.Where(observation => observation.Epoch == epoch);
            await bundle.WriteBytesAsync(
                BundleEntries.ObservedClasses(epoch),
                EachAsync(ids, id => rows.Where(of => of.RunId == id).Select(of => of.Classes), cancellation),
                isCompressed: true, cancellation);
            await bundle.WriteBytesAsync(
                BundleEntries.ObservedScores(epoch),
                EachAsync(ids, id => rows.Where(of => of.RunId == id).Select(of => of.Scores), cancellation),
                isCompressed: false, cancellation);
        }
    }

    private static async IAsyncEnumerable<byte[]> EachAsync(
        List<Guid> ids, Func<Guid, IQueryable<byte[]>> packed,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var id in ids) yield return await packed(id).SingleAsync(cancellation);
    }

    private async IAsyncEnumerable<string?> AnswersAsync(
        List<Guid> ids, Split split, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var id in ids)
            await foreach (var texts in db.RunAnswers.Where(answers => answers.RunId == id && answers.Split == split)
                .OrderBy(answers => answers.Start).Select(answers => answers.Texts)
                .AsAsyncEnumerable().WithCancellation(cancellation))
                foreach (var text in texts) yield return text;
    }

    private async IAsyncEnumerable<BundledComparison> ComparisonsAsync(
        List<Comparison> comparisons, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var comparison in comparisons)
        {
            var analysis = await db.ComparisonAnalyses.AsNoTracking()
                .SingleOrDefaultAsync(of => of.ComparisonId == comparison.Id, cancellation);
            var classes = await db.ClassScores.AsNoTracking()
                .SingleOrDefaultAsync(of => of.ComparisonId == comparison.Id, cancellation);
            var influences = await db.Influences.AsNoTracking().Where(of => of.ComparisonId == comparison.Id)
                .OrderBy(of => of.Epoch).Select(of => new { of.Epoch, of.Bins }).ToListAsync(cancellation);
            yield return new(
                comparison.Id, comparison.Ordinal, comparison.Model, comparison.Method, comparison.Sparsity,
                comparison.Baseline, comparison.Cohort, comparison.Split, comparison.DenseFingerprint,
                comparison.PrunedFingerprint,
                comparison.Summary is null ? null : await LabelDigest.OfAsync(db, comparison.Number, cancellation),
                analysis?.Version, Element(comparison.Summary), Element(analysis?.Result), Element(classes?.Classes),
                influences.Count == 0 ? null : Element(influences));
        }

        static JsonElement? Element<T>(T? value) where T : class =>
            value is null ? null : JsonSerializer.SerializeToElement(value, Json.Options);
    }
}
