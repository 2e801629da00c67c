using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Pies;

namespace PieService.Domain.Storage;

/// <summary>Compares the texts of the PIEs of a comparison with those of the other examples, measure by
/// measure.</summary>
public static class ComparisonTexts
{
    /// <summary>Those that were stored with the labels; they are computed if the labels are provisional.</summary>
    /// <returns>An effect for each measure that the texts have; empty if the dataset does not have this part.</returns>
    public static async Task<IReadOnlyList<TextEffect>> EffectsAsync(
        PieDbContext db, Comparison comparison, Guid datasetId, PairPart part, SyllableRule syllables,
        CancellationToken cancellation)
    {
        // The labels of one snapshot belong together; a caller that reads more of it has begun it.
        await using var snapshot = db.Database.CurrentTransaction is null
            ? await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation) : null;
        var stored = await db.TextEffects
            .Where(one => one.ComparisonId == comparison.Id && one.Part == part && one.Syllables == syllables)
            .AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (stored is not null) return stored.Effects;
        var texts = new Texts(db, datasetId, comparison.Split, part);
        if (await texts.StrataAsync(cancellation) is not { } strata) return [];
        var isPie = new bool[strata.Length];
        await foreach (var pie in db.PieLabels
            .Where(label => label.ComparisonNumber == comparison.Number && label.IsPie)
            .Select(label => label.Position).AsAsyncEnumerable().WithCancellation(cancellation))
            isPie[pie] = true;
        return TextEffect.Adjusted(
            await texts.EffectsAsync(syllables, strata, isPie, Enum.GetValues<TextMeasure>(), cancellation));
    }

    /// <summary>The effects for each part that the texts of a split have and each rule for syllables.</summary>
    /// <param name="isPie">Whether each example of the split is a PIE.</param>
    public static async IAsyncEnumerable<TextEffects> AllAsync(
        PieDbContext db, Comparison comparison, Guid datasetId, bool[] isPie,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var part in Enum.GetValues<PairPart>())
        {
            var texts = new Texts(db, datasetId, comparison.Split, part);
            if (await texts.StrataAsync(cancellation) is not { } strata) continue;
            var hyphenated = await texts.EffectsAsync(
                SyllableRule.Hyphenation, strata, isPie, Enum.GetValues<TextMeasure>(), cancellation);
            yield return Effects(SyllableRule.Hyphenation, hyphenated);
            // The other measures do not count syllables.
            var pronounced = await texts.EffectsAsync(
                SyllableRule.Pronunciation, strata, isPie, TextMeasures.OfSyllables, cancellation);
            yield return Effects(
                SyllableRule.Pronunciation,
                [.. hyphenated.ExceptBy(TextMeasures.OfSyllables, effect => effect.Measure), .. pronounced]);

            TextEffects Effects(SyllableRule syllables, IEnumerable<TextEffect> effects) => new()
            {
                ComparisonId = comparison.Id,
                Part = part,
                Syllables = syllables,
                Effects = TextEffect.Adjusted(effects),
            };
        }
    }

    /// <summary>The texts of a split, or a part of each pair of them.</summary>
    private sealed record Texts(PieDbContext Db, Guid DatasetId, Split Split, PairPart Part)
    {
        /// <summary>The stratum of length of each text; null if the dataset does not have this part.</summary>
        public async Task<byte[]?> StrataAsync(CancellationToken cancellation)
        {
            var words = await TextMeasurement.ValuesAsync(
                Db, DatasetId, Split, Part, TextMeasure.Words, cancellation);
            return words.Count == 0 ? null : LengthStrata.Of(words);
        }

        /// <summary>The effects of those of these measures that the texts have, without q values.</summary>
        public async Task<List<TextEffect>> EffectsAsync(
            SyllableRule syllables, byte[] strata, bool[] isPie, IReadOnlyList<TextMeasure> measures,
            CancellationToken cancellation)
        {
            var effects = new List<TextEffect>();
            await foreach (var (measure, values) in TextMeasurement.ReadAsync(
                Db, DatasetId, Split, Part, syllables, measures, cancellation))
                effects.Add(TextEffect.Of(measure, values, strata, isPie));
            return effects;
        }
    }
}
