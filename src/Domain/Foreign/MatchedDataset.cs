namespace PieService.Domain.Foreign;

/// <summary>An existing dataset with whose examples those of the files are matched.</summary>
/// <param name="Labels">In the order that decides ties.</param>
/// <param name="Examples">The examples of the split, in the order of their positions; enumerated once.</param>
public sealed record MatchedDataset(
    ForeignTask Task, IReadOnlyList<string> Labels, ExampleMatch Match, IEnumerable<MatchedExample> Examples);

/// <param name="Labels">The gold labels by their names.</param>
public sealed record MatchedExample(string SourceId, string Text, IReadOnlyList<string> Labels);
