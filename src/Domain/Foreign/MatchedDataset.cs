using System.Collections.Frozen;

namespace PieService.Domain.Foreign;

/// <summary>An existing dataset with whose examples those of the files are matched.</summary>
/// <param name="Labels">In the order that decides ties.</param>
/// <param name="Examples">The examples of the split, in the order of their positions; enumerated once.</param>
public sealed record MatchedDataset(
    ForeignTask Task, IReadOnlyList<string> Labels, ExampleMatch Match, IEnumerable<MatchedExample> Examples)
{
    /// <summary>The seeds that each cohort of the extended sweep has; empty for a new sweep.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<int>> Seeds { get; init; } =
        new Dictionary<string, IReadOnlySet<int>>();

    /// <summary>
    /// The <see cref="DocumentHashes"/> of the extended sweep; null for a new sweep, and if its files have none.
    /// </summary>
    public byte[]? Documents { get; init; }

    /// <summary>Whether it was imported with an answer from which no label was taken.</summary>
    internal bool HasNoAnswerLabel => Labels is [.., ForeignImport.NoAnswerLabel];

    internal IReadOnlySet<int> SeedsOf(string cohort) => Seeds.GetValueOrDefault(cohort) ?? FrozenSet<int>.Empty;
}

/// <param name="Labels">The gold labels by their names.</param>
public sealed record MatchedExample(string SourceId, string Text, IReadOnlyList<string> Labels);
