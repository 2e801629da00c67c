using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Statistics;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// The texts of the PIEs of a comparison beside those of the other examples: length, readability, rarity of their
/// words.
/// </summary>
/// <remarks>
/// A row is a measure. characters to daleChallReadabilityScore are those of textstat 0.7.4 and meaningful for English
/// only; the others are for any language. tokens and the measures that follow are of the BiLSTM tokenizer, whatever the
/// architecture of the runs. lengthAdjusted compares texts of similar length, within deciles of words. A higher
/// fleschReadingEase is easier, so its ratios are rest / PIEs. q is over the measures of the response. Numbers are null
/// until the comparison is labelled, and where fewer than two texts of a group have a value.
/// </remarks>
public sealed class TextTable() : Table<TextFilter, TextTable.Scope, TextResponse>("comparison", "texts")
{
    private static readonly Columns<TextResponse> Flat = new Columns<TextResponse>()
        .Name("measure", row => row.Measure)
        .Real("pies", row => row.Pies)
        .Real("rest", row => row.Rest)
        .Interval("difference", row => row.Difference)
        .Interval("ratio", row => row.Ratio)
        .Interval("cliffsDelta", row => row.CliffsDelta)
        .Real("p", row => row.P)
        .Real("q", row => row.Q)
        .Real("lengthAdjusted_difference", row => row.LengthAdjusted?.Difference)
        .Real("lengthAdjusted_ratio", row => row.LengthAdjusted?.Ratio)
        .Real("lengthAdjusted_cliffsDelta", row => row.LengthAdjusted?.CliffsDelta)
        .Whole("lengthAdjusted_strata", row => row.LengthAdjusted?.Strata)
        .Whole("lengthAdjusted_pies", row => row.LengthAdjusted?.Pies);

    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, TextFilter filter, CancellationToken cancellation)
    {
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { } scope) return null;
        if (scope.Comparison.Summary is null) return new(scope, NotKnown());
        var effects = await EffectsAsync(filter.Pairs);
        if (effects.Count == 0 && filter.Pairs == PairPart.Second)
            throw new FilterChoiceException("pairs", "must be joined or first: no example has a second text");
        // A text that is not one of a pair is stored once.
        if (effects.Count == 0) effects = await EffectsAsync(PairPart.Joined);
        return new(scope, effects.Count == 0 ? NotKnown() : [.. effects.Select(TextResponse.Of)]);

        Task<IReadOnlyList<TextEffect>> EffectsAsync(PairPart part) =>
            ComparisonTexts.EffectsAsync(
                db, scope.Comparison, scope.DatasetId, part, filter.Syllables, cancellation);
    }

    public override Rows<TextResponse> Rows(PieDbContext db, Scope scope, TextFilter filter) =>
        new ListRows<TextResponse>(scope.Rows);

    public override Columns<TextResponse> Columns(Scope scope) => Flat;

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    private static IReadOnlyList<TextResponse> NotKnown() =>
        [.. Enum.GetValues<TextMeasure>().Select(measure => TextResponse.Of(new(measure, null, null, null)))];

    public sealed record Scope(ComparisonScope Of, IReadOnlyList<TextResponse> Rows);
}

public sealed record TextFilter : TableQuery
{
    /// <summary>The text that is measured of a pair: both as one, or one of them.</summary>
    public PairPart Pairs { get; init; }

    /// <summary>
    /// How syllables are counted. hyphenation: as textstat 0.7.4 does; pronunciation: by the CMU Pronouncing
    /// Dictionary, as later versions do, in the same formulas.
    /// </summary>
    public SyllableRule Syllables { get; init; }
}

/// <param name="Pies">The mean over the PIEs.</param>
/// <param name="Rest">The mean over the other examples.</param>
/// <param name="Difference">pies - rest.</param>
/// <param name="Ratio">
/// pies / rest, of fleschReadingEase rest / pies; null unless both means are positive. Its interval is null if a mean
/// is so close to 0 that a number cannot hold an end.
/// </param>
/// <param name="CliffsDelta">
/// The probability that the text of a PIE has a larger value than another one, less that of a smaller value.
/// </param>
/// <param name="P">Of the test of Mann and Whitney, two-sided.</param>
/// <param name="Q">q by Benjamini and Hochberg over the measures.</param>
/// <param name="LengthAdjusted">
/// The same within deciles of the number of words; null if none of them has PIEs and other examples.
/// </param>
public sealed record TextResponse(
    TextMeasure Measure, double? Pies, double? Rest, Interval? Difference, Interval? Ratio, Interval? CliffsDelta,
    double? P, double? Q, TextsOfEqualLength? LengthAdjusted)
{
    public static TextResponse Of(TextEffect effect)
    {
        // A higher value of this measure alone is easier.
        var isInverted = effect.Measure == TextMeasure.FleschReadingEase;
        var (difference, ranks) = (effect.Difference, effect.Difference?.Ranks);
        return new(
            effect.Measure, difference?.Pies, difference?.Rest, Interval.Of(difference?.Difference),
            isInverted ? Interval.Of(difference?.Ratio)?.Inverse : Interval.Of(difference?.Ratio),
            ranks is null ? null : new(ranks.CliffsDelta, ranks.Low, ranks.High), ranks?.P, effect.Q,
            TextsOfEqualLength.Of(effect.LengthAdjusted, isInverted));
    }
}

/// <summary>A value with its 95 % interval.</summary>
/// <param name="Value">The value.</param>
/// <param name="Low">The lower end of the 95 % interval.</param>
/// <param name="High">The upper end of the 95 % interval.</param>
public sealed record Interval(double Value, double? Low, double? High)
{
    /// <summary>The interval of the inverse of a ratio.</summary>
    internal Interval Inverse => new(1 / Value, 1 / High, 1 / Low);

    public static Interval? Of(Estimate? estimate) =>
        estimate is null ? null : new(estimate.Value, estimate.Low, estimate.High);
}

/// <param name="Difference">The mean of the PIEs minus that of the other examples.</param>
/// <param name="Ratio">The ratio of the two means; null if that of the other examples is 0.</param>
/// <param name="CliffsDelta">Cliff's delta, in [-1, 1]: positive if PIEs have the higher values.</param>
/// <param name="Strata">The deciles of the number of words that have PIEs and other examples.</param>
/// <param name="Pies">The number of PIEs in them.</param>
public sealed record TextsOfEqualLength(double Difference, double? Ratio, double CliffsDelta, int Strata, int Pies)
{
    public static TextsOfEqualLength? Of(LengthAdjusted? adjusted, bool isInverted) => adjusted is null ? null
        : new(
            adjusted.Difference, isInverted ? 1 / adjusted.Ratio : adjusted.Ratio, adjusted.CliffsDelta,
            adjusted.Strata, adjusted.Pies);
}

file static class IntervalColumns
{
    public static Columns<TextResponse> Interval(
        this Columns<TextResponse> columns, string name, Func<TextResponse, Interval?> interval) => columns
        .Real($"{name}_value", row => interval(row)?.Value)
        .Real($"{name}_low", row => interval(row)?.Low)
        .Real($"{name}_high", row => interval(row)?.High);
}
