using System.Data;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Pies;

namespace PieService.Domain.Storage;

/// <summary>Compares the texts of the PIEs of a comparison with those of the other examples, measure by
/// measure.</summary>
public static class ComparisonTexts
{
    /// <returns>An effect for each measure that the texts have; empty if the dataset does not have this part.</returns>
    public static async Task<IReadOnlyList<TextEffect>> EffectsAsync(
        PieDbContext db, Comparison comparison, Guid datasetId, PairPart part, SyllableRule syllables,
        CancellationToken cancellation)
    {
        // The labels of one snapshot belong together; a caller that reads more of it has begun it.
        await using var snapshot = db.Database.CurrentTransaction is null
            ? await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation) : null;
        var words = await TextMeasurement.ValuesAsync(
            db, datasetId, comparison.Split, part, TextMeasure.Words, cancellation);
        if (words.Count == 0) return [];
        var strata = LengthStrata.Of(words);
        var isPie = new bool[strata.Length];
        await foreach (var pie in db.PieLabels
            .Where(label => label.ComparisonNumber == comparison.Number && label.IsPie)
            .Select(label => label.Position).AsAsyncEnumerable().WithCancellation(cancellation))
            isPie[pie] = true;

        var effects = new List<TextEffect>();
        await foreach (var (measure, values) in
            TextMeasurement.ReadAsync(db, datasetId, comparison.Split, part, syllables, cancellation))
            effects.Add(TextEffect.Of(measure, values, strata, isPie));
        return TextEffect.Adjusted(effects);
    }
}
