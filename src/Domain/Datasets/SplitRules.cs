using PieService.Domain.Datasets.Corpora;

namespace PieService.Domain.Datasets;

/// <summary>The conditions for the division of the examples into splits.</summary>
internal static class SplitRules
{
    private const string TestRule = "a share > 0 and < 1, or a whole number of examples";

    public static IEnumerable<FieldError> Check(DatasetDefinition definition, IReadOnlyCollection<string> parts)
    {
        var corpus = PublishedCorpora.Of(definition.Format);
        var isOneFile = parts.Contains(DatasetPart.Undivided);
        var hasTest = !isOneFile || corpus is { FileHasSplits: true }
            || (corpus is null && definition.Columns?.Split is not null);
        if (definition.Split is not { } split)
        {
            if (!hasTest)
                yield return new(
                    "split",
                    "is required to divide a single file: { \"validation\": 0.1, \"test\": 0.1, \"seed\": 42 }; or, "
                    + "if a column of it has the splits, set columns.split");
            yield break;
        }
        if (!parts.Any(DatasetPart.HoldsExamples)) hasTest = split.Test is null;
        else if (parts.Contains(Wire.Name(Split.Validation)) || (isOneFile && corpus is { FileHasValidation: true }))
        {
            yield return new(
                "split", "divides examples that are not divided yet; omit it, since there is a validation split");
            yield break;
        }
        foreach (var error in Parts(split, hasTest)) yield return error;
    }

    private static IEnumerable<FieldError> Parts(SplitFractions split, bool hasTest)
    {
        if (!IsPart(split.Validation))
            yield return new(
                "split.validation",
                "must be >= 0 and < 1, or a whole number of examples; 0 means no validation split");
        else if (hasTest && split.Validation == 0)
            yield return new(
                "split.validation",
                "is required if there is a test split: the part of train that becomes the validation split");
        if (hasTest)
        {
            if (split.Test is not null)
                yield return new("split.test", "divides a single file; omit it, since there is a test split");
            yield break;
        }
        if (split.Test is not { } test) yield return new("split.test", $"is required: {TestRule}");
        else if (test == 0 || !IsPart(test)) yield return new("split.test", $"must be {TestRule}");
        else if (test < 1 && split.Validation is >= 0 and < 1 && split.Validation + test >= 1)
            yield return new("split", "must leave examples for training: validation + test < 1");
    }

    private static bool IsPart(decimal part) =>
        part is >= 0 and <= DatasetLimits.MaxExamples && (part < 1 || decimal.IsInteger(part));
}
