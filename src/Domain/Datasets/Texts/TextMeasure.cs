using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets.Texts;

/// <summary>
/// The measures of a text, in the order of the table: counts and formulas for English, as textstat 0.7.4
/// computes them, then measures that any language has.
/// </summary>
public enum TextMeasure
{
    /// <summary>Code points without white space.</summary>
    [JsonStringEnumMemberName("characters")] Characters,
    /// <summary>Code points without white space and punctuation.</summary>
    [JsonStringEnumMemberName("letters")] Letters,
    /// <summary>Words; an apostrophe or hyphen does not separate them.</summary>
    [JsonStringEnumMemberName("words")] Words,
    /// <summary>Syllables of all words.</summary>
    [JsonStringEnumMemberName("syllables")] Syllables,
    /// <summary>Sentences, at least 1.</summary>
    [JsonStringEnumMemberName("sentences")] Sentences,
    /// <summary>Words that have at least three syllables.</summary>
    [JsonStringEnumMemberName("polysyllables")] Polysyllables,
    /// <summary>Different words that are not easy.</summary>
    [JsonStringEnumMemberName("difficultWords")] DifficultWords,
    /// <summary>Higher is easier.</summary>
    [JsonStringEnumMemberName("fleschReadingEase")] FleschReadingEase,
    [JsonStringEnumMemberName("fleschKincaidGrade")] FleschKincaidGrade,
    [JsonStringEnumMemberName("gunningFog")] GunningFog,
    [JsonStringEnumMemberName("smogIndex")] SmogIndex,
    [JsonStringEnumMemberName("automatedReadabilityIndex")] AutomatedReadabilityIndex,
    [JsonStringEnumMemberName("colemanLiauIndex")] ColemanLiauIndex,
    [JsonStringEnumMemberName("linsearWriteFormula")] LinsearWriteFormula,
    [JsonStringEnumMemberName("daleChallReadabilityScore")] DaleChallReadabilityScore,
    /// <summary>Code points, white space included.</summary>
    [JsonStringEnumMemberName("codePoints")] CodePoints,
    /// <summary>Tokens of the BiLSTM tokenizer.</summary>
    [JsonStringEnumMemberName("tokens")] Tokens,
    /// <summary>Mean code points of a token.</summary>
    [JsonStringEnumMemberName("meanWordLength")] MeanWordLength,
    /// <summary>Different tokens / tokens.</summary>
    [JsonStringEnumMemberName("uniqueShare")] UniqueShare,
    /// <summary>Mean information of a token in the training split, in bits.</summary>
    [JsonStringEnumMemberName("information")] Information,
    /// <summary>Share of tokens that are not frequent in the training split.</summary>
    [JsonStringEnumMemberName("rareShare")] RareShare,
    /// <summary>Share of tokens that do not occur in the training split.</summary>
    [JsonStringEnumMemberName("unseenShare")] UnseenShare,
    /// <summary>Jaccard index of the tokens of both texts of a pair.</summary>
    [JsonStringEnumMemberName("pairOverlap")] PairOverlap,
}

public static class TextMeasures
{
    /// <summary>
    /// The version of the measures. Where it has been increased, the API asks for the labels of a comparison of each
    /// measured split when it starts, and the texts are measured again before that comparison is labelled.
    /// </summary>
    public const int CurrentVersion = 1;

    /// <summary>The measures that depend on how syllables are counted.</summary>
    public static readonly IReadOnlyList<TextMeasure> OfSyllables =
    [
        TextMeasure.Syllables, TextMeasure.Polysyllables, TextMeasure.DifficultWords, TextMeasure.FleschReadingEase,
        TextMeasure.FleschKincaidGrade, TextMeasure.GunningFog, TextMeasure.SmogIndex, TextMeasure.LinsearWriteFormula,
    ];
}
