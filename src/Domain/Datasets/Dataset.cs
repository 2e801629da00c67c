namespace PieService.Domain.Datasets;

/// <summary>Texts with gold labels, as imported; only the attributes may be replaced afterwards.</summary>
public sealed class Dataset
{
    public Guid Id { get; init; }
    public required string Name { get; init; }
    public LearningTask Task { get; init; }

    /// <summary>Their order decides ties between classes.</summary>
    public required string[] Labels { get; init; }

    /// <summary>Covers texts, labels and their order, the order of the examples and the splits.</summary>
    public required string ContentHash { get; init; }
    public required IReadOnlyList<SplitSummary> Splits { get; init; }

    /// <summary>The splits without which no model can be trained; the dataset of imported predictions has but one
    /// split.</summary>
    public IReadOnlyList<Split> MissingSplits =>
        [.. new[] { Split.Train, Split.Test }.Except(Splits.Select(summary => summary.Split))];

    /// <summary>The number of documents that are not examples, by reason.</summary>
    public IReadOnlyDictionary<string, int> Dropped { get; init; } = new Dictionary<string, int>();

    /// <summary>The names of the attributes that the examples have.</summary>
    public string[] Attributes { get; init; } = [];

    public required TextQuality Quality { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}

/// <param name="PerLabel">The number of examples with each label, in label order.</param>
/// <param name="LengthPercentiles">The percentiles 1 to 100 of the lengths of the texts, in tokens of the BiLSTM
/// tokenizer, by nearest rank.</param>
public sealed record SplitSummary(
    Split Split, int Examples, IReadOnlyList<int> PerLabel, TokenLengths Tokens, IReadOnlyList<int> LengthPercentiles)
{
    /// <summary>The largest whole percentage p such that more than p % of the texts have more tokens than this; 0 if at
    /// most 1 % have.</summary>
    public int PercentBeyond(int tokens) => Math.Max(0, LengthPercentiles.Count(length => length > tokens) - 1);
}

/// <summary>
/// The lengths of the texts (for pairs, of both texts together) in tokens of the BiLSTM tokenizer; the percentiles are
/// nearest-rank percentiles.
/// </summary>
/// <param name="Mean">The mean length.</param>
/// <param name="P50">The median.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="Max">The largest length.</param>
public sealed record TokenLengths(double Mean, int P50, int P95, int Max);
