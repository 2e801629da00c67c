namespace PieService.Worker.Text;

/// <summary>The settings of a BERT's tokenizer.</summary>
/// <param name="Unknown">The token of a word that has no pieces.</param>
/// <param name="Classification">The token with which an input begins.</param>
/// <param name="Separator">The token with which a text ends.</param>
/// <param name="Tokens">The tokens that are found before a text is split, with their numbers.</param>
/// <param name="Vocabulary">The lines of vocab.txt, then the tokens that it lacks, by number.</param>
internal sealed record TokenizerSettings(
    bool LowerCase, bool StripAccents, bool SeparateCjk, string Unknown, string Classification, string Separator,
    IReadOnlyList<(AddedToken Token, int Number)> Tokens, IReadOnlyList<string> Vocabulary);
