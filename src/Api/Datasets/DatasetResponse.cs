using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <param name="Name">The name, 1 to 200 characters. Names need not be unique.</param>
/// <param name="Labels">The labels of the dataset. Their order decides ties.</param>
/// <param name="ContentHash">
/// The hash of the texts, the labels and their order, the order of the examples, and the splits.
/// </param>
/// <param name="Splits">The splits by name: train, validation (if there is one) and test.</param>
/// <param name="Dropped">
/// The number of documents in the files that did not become examples, by reason: noGoldLabel, noLabel, noTopic,
/// notInSplit, noText; and label:X for each label X of dropLabels.
/// </param>
/// <param name="Attributes">The names of the attributes of the examples.</param>
/// <param name="Quality">The numbers of possible defects in the texts.</param>
/// <param name="Warnings">What is doubtful about the dataset; empty if nothing is.</param>
public sealed record DatasetResponse(
    Guid Id, string Name, LearningTask Task, IReadOnlyList<string> Labels, string ContentHash, DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, SplitResponse> Splits, IReadOnlyDictionary<string, int> Dropped,
    IReadOnlyList<string> Attributes, TextQuality Quality, IReadOnlyList<Warning> Warnings)
{
    public static DatasetResponse Of(KnownDataset known) => new(
        known.Dataset.Id, known.Dataset.Name, known.Dataset.Task, known.Dataset.Labels, known.Dataset.ContentHash,
        known.Dataset.CreatedAt,
        known.Dataset.Splits.ToDictionary(
            split => Wire.Name(split.Split), split => SplitResponse.Of(split, known.Dataset.Labels)),
        known.Dataset.Dropped, known.Dataset.Attributes, known.Dataset.Quality, known.Warnings);
}

/// <param name="Examples">The number of examples of the split.</param>
/// <param name="PerLabel">
/// The number of examples that have each label, by the name of the label; in multi-label data an example may have
/// several labels or none.
/// </param>
/// <param name="Tokens">
/// The lengths of the texts in tokens of the BiLSTM tokenizer; for pairs, of both texts and the separator together. p50
/// and p95 are nearest-rank percentiles.
/// </param>
public sealed record SplitResponse(int Examples, IReadOnlyDictionary<string, int> PerLabel, TokenLengths Tokens)
{
    public static SplitResponse Of(SplitSummary split, IReadOnlyList<string> labels) => new(
        split.Examples, labels.Zip(split.PerLabel).ToDictionary(label => label.First, label => label.Second),
        split.Tokens);
}
