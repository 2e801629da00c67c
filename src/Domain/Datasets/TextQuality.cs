namespace PieService.Domain.Datasets;

/// <summary>Possible defects of a dataset's texts. A pair counts as one text; texts are compared exactly.</summary>
/// <param name="Duplicates">Examples whose text occurs earlier in the same split.</param>
/// <param name="EmptyTexts">Examples with a text, or one text of a pair, that is empty or blank.</param>
/// <param name="InTwoSplits">Texts in more than one split: a model may be tested on what it was trained on.</param>
/// <param name="ConflictingLabels">Texts that occur with different labels.</param>
/// <param name="WithoutLabel">Examples of multi-label data without a label.</param>
public sealed record TextQuality(int Duplicates, int EmptyTexts, int InTwoSplits, int ConflictingLabels, int WithoutLabel);
