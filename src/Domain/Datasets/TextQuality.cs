namespace PieService.Domain.Datasets;

/// <summary>What may be wrong with the texts of a dataset. A pair counts as one text; characters are compared as they are.</summary>
/// <param name="Duplicates">Examples whose text stands in the same split before.</param>
/// <param name="EmptyTexts">Examples of which a text, one of both in pairs, is empty or blank.</param>
/// <param name="InTwoSplits">Texts that more than one split has: what is tested was trained on.</param>
/// <param name="ConflictingLabels">Texts that occur with different labels.</param>
/// <param name="WithoutLabel">Examples of multi-label data that have none.</param>
public sealed record TextQuality(int Duplicates, int EmptyTexts, int InTwoSplits, int ConflictingLabels, int WithoutLabel);
