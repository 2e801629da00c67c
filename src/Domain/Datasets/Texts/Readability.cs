namespace PieService.Domain.Datasets.Texts;

/// <summary>
/// The eight formulas of textstat 0.7.4, with its intermediate rounding. All but the first increase with
/// difficulty. A text without words has the values of the formulas for 0 words per sentence.
/// </summary>
/// <param name="FleschReadingEase">Higher is easier.</param>
/// <param name="FleschKincaidGrade">A grade of US schools, as the next four.</param>
/// <param name="SmogIndex">0 for fewer than three sentences.</param>
public sealed record Readability(
    double FleschReadingEase, double FleschKincaidGrade, double GunningFog, double SmogIndex,
    double AutomatedReadabilityIndex, double ColemanLiauIndex, double LinsearWriteFormula, double DaleChallScore)
{
    private const int WordsOfLinsear = 100;

    /// <param name="text">The text.</param>
    /// <param name="counts">Its counts.</param>
    /// <param name="syllables">The counts of syllables that were used for them.</param>
    public static Readability Of(string text, TextCounts counts, SyllableCounts syllables)
    {
        double words = counts.Words, sentences = counts.Sentences;
        var perSentence = words == 0 ? 0 : Rounded(words / sentences, 1);
        var perWord = words == 0 ? 0 : Rounded(counts.Syllables / words, 1);
        return new(
            Rounded(206.835 - (1.015 * perSentence) - (84.6 * perWord), 2),
            Rounded((0.39 * perSentence) + (11.8 * perWord) - 15.59, 1),
            words == 0 ? 0
                : Rounded(0.4 * (perSentence + (100 * TextCounts.Difficult(text, 3, syllables) / words)), 2),
            sentences < 3 ? 0
                : Rounded((1.043 * Math.Sqrt(30 * (counts.Polysyllables / sentences))) + 3.1291, 1),
            words == 0 ? 0
                : Rounded(
                    (4.71 * Rounded(counts.Characters / words, 2)) + (0.5 * Rounded(words / sentences, 2)) - 21.43, 1),
            Rounded((0.058 * Per100(counts.Letters, words)) - (0.296 * Per100(sentences, words)) - 15.8, 2),
            Linsear(text, syllables), DaleChall(text, words, perSentence, syllables));
    }

    private static double Per100(double count, double words) =>
        words == 0 ? 0 : Rounded(Rounded(count / words, 2) * 100, 2);

    /// <summary>A long one of the first 100 parts between white space counts as three.</summary>
    private static double Linsear(string text, SyllableCounts syllables)
    {
        var parts = PythonText.Split(text).Take(WordsOfLinsear).ToList();
        double points = parts.Sum(part => TextCounts.IsLong(part, syllables) ? 3 : 1);
        var perSentence = points / TextCounts.SentencesOf(string.Join(' ', parts));
        return (perSentence <= 20 ? perSentence - 2 : perSentence) / 2;
    }

    private static double DaleChall(string text, double words, double perSentence, SyllableCounts syllables)
    {
        if (words == 0) return 0;
        var difficult = 100 * TextCounts.Difficult(text, 0, syllables) / words;
        var score = (0.1579 * difficult) + (0.0496 * perSentence);
        return Rounded(difficult > 5 ? score + 3.6365 : score, 2);
    }

    /// <summary>textstat's rounding, which moves a negative number by up to a whole step.</summary>
    private static double Rounded(double value, int digits)
    {
        var scale = Math.Pow(10, digits);
        return Math.Floor((value * scale) + Math.CopySign(0.5, value)) / scale;
    }
}
