using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;

namespace PieService.Domain.Storage;

/// <summary>
/// Measures the texts of a split once, when the first comparison on it is labelled: 100,000 short texts take some
/// seconds, and every query about them reads all values.
/// </summary>
public static class TextMeasurement
{
    /// <summary>The examples whose values are in memory at a time: 12 MB for the texts of pairs.</summary>
    private const int BlockExamples = 16_384;

    /// <summary>Every measure, and those that count syllables by both rules.</summary>
    private static readonly (TextMeasure Measure, SyllableRule Syllables)[] Measures =
    [
        .. Enum.GetValues<TextMeasure>().Select(measure => (measure, SyllableRule.Hyphenation)),
        .. TextMeasures.OfSyllables.Select(measure => (measure, SyllableRule.Pronunciation)),
    ];

    /// <summary>
    /// Measures the texts of the split of a comparison, unless this version of the measures has done so before.
    /// </summary>
    public static async Task EnsureAsync(PieDbContext db, Guid comparisonId, CancellationToken cancellation)
    {
        var split = await (from comparison in db.Comparisons
                           join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
                           where comparison.Id == comparisonId
                           select new { sweep.DatasetId, comparison.Split }).SingleOrDefaultAsync(cancellation);
        if (split is null || await IsMeasuredAsync()) return;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Another worker may label another comparison of the split.
        await AdvisoryLocks.TakeTextsAsync(db, split.DatasetId, split.Split, cancellation);
        if (await IsMeasuredAsync()) return;
        await db.TextValues.Where(values => values.DatasetId == split.DatasetId && values.Split == split.Split)
            .ExecuteDeleteAsync(cancellation);
        // What older labels have of other values is computed until the comparison is labelled again.
        await db.TextEffects
            .Where(effects => db.Comparisons.Any(comparison => comparison.Id == effects.ComparisonId
                && comparison.Split == split.Split
                && db.Sweeps.Any(sweep => sweep.Id == comparison.SweepId && sweep.DatasetId == split.DatasetId)))
            .ExecuteDeleteAsync(cancellation);
        await MeasureAsync(db, split.DatasetId, split.Split, cancellation);
        await transaction.CommitAsync(cancellation);

        Task<bool> IsMeasuredAsync() => db.TextValues.AnyAsync(
            values => values.DatasetId == split.DatasetId && values.Split == split.Split
                && values.Version == TextMeasures.CurrentVersion, cancellation);
    }

    /// <summary>A measure that does not depend on how syllables are counted, with a value for each example.</summary>
    /// <returns>Empty if the texts are not measured, or if the dataset does not have this part.</returns>
    public static async Task<IReadOnlyList<double>> ValuesAsync(
        PieDbContext db, Guid datasetId, Split split, PairPart part, TextMeasure measure,
        CancellationToken cancellation)
    {
        var values = new List<double>();
        await foreach (var block in db.TextValues
            .Where(stored => stored.DatasetId == datasetId && stored.Split == split && stored.Part == part
                && stored.Measure == measure)
            .OrderBy(stored => stored.Start).Select(stored => stored.Packed)
            .AsAsyncEnumerable().WithCancellation(cancellation))
            values.AddRange(MemoryMarshal.Cast<byte, double>(block));
        return values;
    }

    /// <summary>
    /// Those of some measures that the split has for this part of a pair, with a value for each example.
    /// </summary>
    public static async IAsyncEnumerable<(TextMeasure Measure, double[] Values)> ReadAsync(
        PieDbContext db, Guid datasetId, Split split, PairPart part, SyllableRule syllables,
        IReadOnlyList<TextMeasure> measures, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (measure, values) = ((TextMeasure?)null, new List<double>());
        await foreach (var block in db.TextValues
            .Where(values => values.DatasetId == datasetId && values.Split == split && values.Part == part
                && measures.Contains(values.Measure)
                && values.Syllables == (TextMeasures.OfSyllables.Contains(values.Measure)
                    ? syllables : SyllableRule.Hyphenation))
            .OrderBy(values => values.Measure).ThenBy(values => values.Start)
            .AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (measure is { } complete && complete != block.Measure)
            {
                yield return (complete, [.. values]);
                values.Clear();
            }
            measure = block.Measure;
            values.AddRange(MemoryMarshal.Cast<byte, double>(block.Packed));
        }
        if (measure is { } last) yield return (last, [.. values]);
    }

    private static async Task MeasureAsync(
        PieDbContext db, Guid datasetId, Split split, CancellationToken cancellation)
    {
        var meter = new TextMeter(await TypesAsync(db, datasetId, cancellation));
        var examples = db.Examples.Where(example => example.DatasetId == datasetId && example.Split == split);
        PairPart[] parts = await examples.AnyAsync(example => example.SecondText != null, cancellation)
            ? Enum.GetValues<PairPart>() : [PairPart.Joined];
        for (var start = 0; ; start += BlockExamples)
        {
            var block = await examples
                .Where(example => example.Position >= start && example.Position < start + BlockExamples)
                .OrderBy(example => example.Position).Select(example => new { example.Text, example.SecondText })
                .ToListAsync(cancellation);
            if (block.Count == 0) return;
            foreach (var part in parts)
            {
                var values = Array.ConvertAll(Measures, _ => new double[block.Count]);
                foreach (var (i, example) in block.Index())
                {
                    double[] measured =
                    [
                        .. meter.Measure(example.Text, example.SecondText, part),
                        .. meter.MeasurePronounced(example.Text, example.SecondText, part),
                    ];
                    for (var measure = 0; measure < measured.Length; measure++) values[measure][i] = measured[measure];
                }
                db.TextValues.AddRange(Measures.Zip(values, (measure, ofBlock) => new TextValues
                {
                    DatasetId = datasetId,
                    Split = split,
                    Part = part,
                    Measure = measure.Measure,
                    Syllables = measure.Syllables,
                    Start = start,
                    Packed = MemoryMarshal.AsBytes(ofBlock.AsSpan()).ToArray(),
                }));
            }
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
        }
    }

    private static async Task<TrainingTypes> TypesAsync(
        PieDbContext db, Guid datasetId, CancellationToken cancellation)
    {
        var types = new TrainingTypes.Tally();
        await foreach (var example in db.Examples
            .Where(example => example.DatasetId == datasetId && example.Split == Split.Train)
            .Select(example => new { example.Text, example.SecondText })
            .AsAsyncEnumerable().WithCancellation(cancellation))
        {
            types.Add(BasicEnglish.Tokenise(example.Text));
            if (example.SecondText is { } second) types.Add(BasicEnglish.Tokenise(second));
        }
        return types.Types();
    }
}
