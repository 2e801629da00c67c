using System.Text;

namespace PieService.Domain.Datasets.Texts;

/// <summary>The counts of textstat 0.7.4 for a text.</summary>
/// <param name="Characters">Code points without white space.</param>
/// <param name="Letters">Code points without white space and punctuation; digits and underscores are kept.</param>
/// <param name="Words">W; an apostrophe or hyphen does not separate words.</param>
/// <param name="Syllables">The syllables of all words.</param>
/// <param name="Sentences">S, at least 1: up to a full stop, exclamation or question mark, of more than two
/// words.</param>
/// <param name="Polysyllables">Parts between white space that have at least three syllables.</param>
/// <param name="DifficultWords">Different words that are not easy and have at least two syllables.</param>
public sealed record TextCounts(
    int Characters, int Letters, int Words, int Syllables, int Sentences, int Polysyllables, int DifficultWords)
{
    private const int WordsOfFragment = 2, SyllablesOfLongWord = 3, SyllablesOfDifficultWord = 2;

    private static readonly HashSet<string> EasyWords = [.. WordList.Read("EasyWords.txt")];

    public static TextCounts Of(string text, SyllableCounts syllables)
    {
        var (characters, letters) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && PythonText.IsSpace((char)rune.Value)) continue;
            characters++;
            if (PythonText.IsWord(rune)) letters++;
        }
        var words = SyllableCounts.Words(text);
        return new(
            characters, letters, words.Count, words.Sum(syllables.Of), SentencesOf(text),
            PythonText.Split(text).Count(part => IsLong(part, syllables)),
            Difficult(text, SyllablesOfDifficultWord, syllables));
    }

    /// <summary>Whether a word has at least three syllables.</summary>
    internal static bool IsLong(string word, SyllableCounts syllables) => syllables.Of(word) >= SyllablesOfLongWord;

    /// <summary>Matches of \b[^.!?]+[.!?]* that have more than two words; 1 if there are none.</summary>
    internal static int SentencesOf(ReadOnlySpan<char> text)
    {
        var (sentences, start) = (0, 0);
        while ((start = NextWord(text, start)) < text.Length)
        {
            var end = start;
            while (end < text.Length && !EndsSentence(text[end])) end++;
            if (SyllableCounts.Words(text[start..end]).Count > WordsOfFragment) sentences++;
            start = end;
        }
        return Math.Max(1, sentences);
    }

    /// <summary>Different matches of [\w='‘’]+ in lower case that are not easy and have at least so many
    /// syllables.</summary>
    internal static int Difficult(string text, int fewestSyllables, SyllableCounts syllables)
    {
        var (words, word) = (new HashSet<string>(StringComparer.Ordinal), new StringBuilder());
        foreach (var rune in PythonText.Lower(text).EnumerateRunes())
            if (PythonText.IsWord(rune) || rune.Value is '=' or '\'' or '\u2018' or '\u2019') word.Append(rune);
            else EndWord();
        EndWord();
        return words.Count(candidate =>
            !EasyWords.Contains(candidate) && syllables.Of(candidate) >= fewestSyllables);

        void EndWord()
        {
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
    }

    private static bool EndsSentence(char c) => c is '.' or '!' or '?';

    /// <summary>The first place from <paramref name="start"/> on that has a word character; the end if there is
    /// none.</summary>
    private static int NextWord(ReadOnlySpan<char> text, int start)
    {
        foreach (var rune in text[start..].EnumerateRunes())
        {
            if (PythonText.IsWord(rune)) break;
            start += rune.Utf16SequenceLength;
        }
        return start;
    }
}
