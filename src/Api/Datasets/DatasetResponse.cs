using PieService.Domain;
using PieService.Domain.Datasets;

namespace PieService.Api.Datasets;

/// <param name="Labels">Their order decides ties.</param>
/// <param name="ContentHash">Covers texts, labels and their order, the order of the examples and the splits.</param>
/// <param name="Splits">By name: train, validation (where there is one), test.</param>
/// <param name="Dropped">Documents of the files that make no example, by the reason: noGoldLabel, noLabel, noTopic, notInSplit, noText.</param>
/// <param name="Quality">What may be wrong with the texts.</param>
public sealed record DatasetResponse(
    Guid Id, string Name, LearningTask Task, IReadOnlyList<string> Labels, string ContentHash, DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, SplitResponse> Splits, IReadOnlyDictionary<string, int> Dropped, TextQuality Quality)
{
    public static DatasetResponse Of(Dataset dataset) => new(
        dataset.Id, dataset.Name, dataset.Task, dataset.Labels, dataset.ContentHash, dataset.CreatedAt,
        dataset.Splits.ToDictionary(split => Wire.Name(split.Split), split => SplitResponse.Of(split, dataset.Labels)), dataset.Dropped, dataset.Quality);
}

/// <param name="PerLabel">Examples that carry each label, by its name; of multi-label data they may carry several, or none.</param>
/// <param name="Tokens">Lengths in words of the BiLSTM tokenizer, of both texts of a pair together with the separator; p50 and p95 are nearest-rank percentiles.</param>
public sealed record SplitResponse(int Examples, IReadOnlyDictionary<string, int> PerLabel, TokenLengths Tokens)
{
    public static SplitResponse Of(SplitSummary split, IReadOnlyList<string> labels) => new(
        split.Examples, labels.Zip(split.PerLabel).ToDictionary(label => label.First, label => label.Second), split.Tokens);
}
