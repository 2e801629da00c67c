using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>What is doubtful about a dataset.</summary>
public static class DatasetWarnings
{
    /// <summary>With fewer training examples a label can hardly be learned, and its scores say little.</summary>
    public const int FewestExamples = 10;

    /// <param name="sameContentAs">The oldest dataset with the same content; null if there is no older one.</param>
    public static IReadOnlyList<Warning> Of(Dataset dataset, Guid? sameContentAs) =>
    [
        .. SameContent(sameContentAs),
        .. InTwoSplits(dataset),
        .. dataset.Splits.Where(split => split.Split == Split.Train).SelectMany(train => OfTraining(dataset, train)),
        .. Quoted(dataset),
    ];

    private static IEnumerable<Warning> SameContent(Guid? earlier)
    {
        if (earlier is not null)
            yield return new(
                WarningCode.SameContent,
                $"The dataset {earlier} has the same content. Runs are shared only between the sweeps of one "
                    + "dataset, so use that dataset unless everything is to be trained again.");
    }

    private static IEnumerable<Warning> InTwoSplits(Dataset dataset)
    {
        if (dataset.Quality.InTwoSplits is > 0 and var texts)
            yield return new(
                WarningCode.TextsInTwoSplits,
                $"Texts that occur in more than one split: {texts}. Models may be tested on texts that they were "
                    + "trained on; remove them from one of the splits.");
    }

    private static IEnumerable<Warning> OfTraining(Dataset dataset, SplitSummary train) =>
        [.. FewExamples(dataset, train), .. ShortTexts(train)];

    private static IEnumerable<Warning> FewExamples(Dataset dataset, SplitSummary train)
    {
        var rare = dataset.Labels.Where((_, label) => train.PerLabel[label] < FewestExamples).ToList();
        if (rare.Count > 0)
            yield return new(
                WarningCode.FewExamples,
                $"Labels with fewer than {FewestExamples} training examples: {rare.Count} of {dataset.Labels.Length} "
                    + $"({ColumnNames.Listed(rare)}). Merge, drop or extend them, or read their scores with care.");
    }

    private static IEnumerable<Warning> Quoted(Dataset dataset)
    {
        if (dataset.Quality.Quoted is > 0 and var texts)
            yield return new(
                WarningCode.QuotedTexts,
                $"Texts in quotes with doubled quotes in them, as CSV writes a text with quotes: {texts}. A quote is "
                    + "an ordinary character in tsv; if the file is quoted, import it with format csv and delimiter "
                    + "\"\\t\".");
    }

    private static IEnumerable<Warning> ShortTexts(SplitSummary train)
    {
        if (train.Tokens.P50 <= 1)
            yield return new(
                WarningCode.ShortTexts,
                "At least half of the training texts have at most one token. Is columns.text the column of the texts?");
    }
}
