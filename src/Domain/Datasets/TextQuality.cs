namespace PieService.Domain.Datasets;

/// <summary>
/// The numbers of possible defects in the texts of a dataset. A pair counts as one text; texts are compared character
/// by character.
/// </summary>
/// <param name="Duplicates">The number of examples whose text occurs earlier in the same split.</param>
/// <param name="EmptyTexts">
/// The number of examples with a text that is empty, blank or has only invisible characters; for pairs, one of the two
/// texts is enough.
/// </param>
/// <param name="InTwoSplits">
/// The number of texts that occur in more than one split, so that the model may be tested on its training data.
/// </param>
/// <param name="ConflictingLabels">The number of texts that occur with different labels.</param>
/// <param name="WithoutLabel">The number of examples of multi-label data without a label.</param>
/// <param name="Quoted">
/// The number of examples with a text in quotes whose inner quotes are all doubled, as CSV writes a text with quotes.
/// </param>
public sealed record TextQuality(
    int Duplicates, int EmptyTexts, int InTwoSplits, int ConflictingLabels, int WithoutLabel, int Quoted = 0);
