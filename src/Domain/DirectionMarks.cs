namespace PieService.Domain;

/// <summary>Characters that set the direction of the text behind them (Unicode annex 9).</summary>
public static class DirectionMarks
{
    /// <summary>
    /// Removes them from a sentence that has texts of users. One of them would reverse the rest of the sentence, unless
    /// its text is isolated.
    /// </summary>
    public static string RemovedFrom(string sentence) =>
        string.Concat(sentence.Where(character => !IsMark(character)));

    private static bool IsMark(char character) =>
        character is '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
