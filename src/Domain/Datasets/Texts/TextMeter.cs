namespace PieService.Domain.Datasets.Texts;

/// <summary>Computes every <see cref="TextMeasure"/> of a text. Counts of syllables are kept, so it is not
/// thread-safe.</summary>
/// <param name="training">The types of the training split.</param>
public sealed class TextMeter(TrainingTypes training)
{
    private readonly SyllableCounts hyphenated = new(), pronounced = new(SyllableRule.Pronunciation);

    /// <returns>A value for each measure, in the order of the enum; NaN if the text has none: readability without a
    /// word, the measures of tokens without a token, pairOverlap of one text, and all without a text.</returns>
    public double[] Measure(string text, string? secondText, PairPart part) => part switch
    {
        PairPart.First => Measure(text, null),
        PairPart.Second when secondText is not null => Measure(secondText, null),
        PairPart.Second => [.. Enum.GetValues<TextMeasure>().Select(_ => double.NaN)],
        _ => Measure(text, secondText),
    };

    /// <returns>A value for each of <see cref="TextMeasures.OfSyllables"/>, by
    /// <see cref="SyllableRule.Pronunciation"/>; NaN where <see cref="Measure(string, string?, PairPart)"/> has it.
    /// </returns>
    public double[] MeasurePronounced(string text, string? secondText, PairPart part) => part switch
    {
        PairPart.First => Pronounced(text),
        PairPart.Second when secondText is not null => Pronounced(secondText),
        PairPart.Second => [.. TextMeasures.OfSyllables.Select(_ => double.NaN)],
        _ => Pronounced(Whole(text, secondText)),
    };

    private double[] Pronounced(string text)
    {
        var counts = TextCounts.Of(text, pronounced);
        var readability = counts.Words == 0 ? null : Readability.Of(text, counts, pronounced);
        return
        [
            counts.Syllables, counts.Polysyllables, counts.DifficultWords,
            readability?.FleschReadingEase ?? double.NaN, readability?.FleschKincaidGrade ?? double.NaN,
            readability?.GunningFog ?? double.NaN, readability?.SmogIndex ?? double.NaN,
            readability?.LinsearWriteFormula ?? double.NaN,
        ];
    }

    private double[] Measure(string text, string? secondText)
    {
        var whole = Whole(text, secondText);
        var counts = TextCounts.Of(whole, hyphenated);
        var readability = counts.Words == 0 ? null : Readability.Of(whole, counts, hyphenated);
        var features = TextFeatures.Of(
            BasicEnglish.Tokenise(text), secondText is null ? null : BasicEnglish.Tokenise(secondText), training);
        return
        [
            counts.Characters, counts.Letters, counts.Words, counts.Syllables, counts.Sentences, counts.Polysyllables,
            counts.DifficultWords,
            readability?.FleschReadingEase ?? double.NaN, readability?.FleschKincaidGrade ?? double.NaN,
            readability?.GunningFog ?? double.NaN, readability?.SmogIndex ?? double.NaN,
            readability?.AutomatedReadabilityIndex ?? double.NaN, readability?.ColemanLiauIndex ?? double.NaN,
            readability?.LinsearWriteFormula ?? double.NaN, readability?.DaleChallScore ?? double.NaN,
            CodePoints(text) + CodePoints(secondText), features.Tokens, features.MeanWordLength ?? double.NaN,
            features.UniqueShare ?? double.NaN, features.Information ?? double.NaN, features.RareShare ?? double.NaN,
            features.UnseenShare ?? double.NaN, features.PairOverlap ?? double.NaN,
        ];
    }

    private static string Whole(string text, string? secondText) =>
        secondText is null ? text : $"{text} {secondText}";

    private static int CodePoints(string? text)
    {
        var count = 0;
        foreach (var _ in (text ?? "").EnumerateRunes()) count++;
        return count;
    }
}
