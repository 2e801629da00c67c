using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>What a reader has to work with, and what it left out.</summary>
/// <param name="Definition">With everything that its format says by itself.</param>
internal sealed record DatasetFiles(DatasetDefinition Definition, IReadOnlyList<DatasetPart> Parts, ReadLimits Limits)
{
    /// <summary>Documents that make no example, by the reason, in all readings so far.</summary>
    public SortedDictionary<string, int> Dropped { get; } = new(StringComparer.Ordinal);

    /// <summary>The same files, no reading of which outlasts the cancellation.</summary>
    public DatasetFiles Until(CancellationToken cancellation) =>
        this with { Parts = [.. Parts.Select(part => part with { Cancellation = cancellation })] };

    public void Drop(string reason) => Dropped[reason] = Dropped.GetValueOrDefault(reason) + 1;

    /// <summary>The characters of a part.</summary>
    public SourceText Open(DatasetPart part) => new(part, Definition.Encoding, Limits);

    /// <summary>The characters of a file in an archive, which messages name.</summary>
    public SourceText Open(DatasetPart archive, string file, Stream content) =>
        new(archive with { Name = file }, Definition.Encoding, Limits, new SourceBytes(content, Limits.FileBytes));
}
