using PieService.Domain.Datasets.Labelling;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Reading;

/// <summary>The input of a reader, and the number of documents that it omitted.</summary>
/// <param name="Definition">The definition, completed with the values that the format determines.</param>
internal sealed record DatasetFiles(DatasetDefinition Definition, IReadOnlyList<DatasetPart> Parts, ReadLimits Limits)
{
    /// <summary>Whether the format is that of a published dataset, which determines the encoding.</summary>
    public bool IsPublished { get; init; }

    /// <summary>The labels whose examples are dropped, and the names of the others.</summary>
    public LabelSelection Selection { get; } = new(Definition);

    /// <summary>The number of documents that are not examples, by reason, in all readings so far.</summary>
    public SortedDictionary<string, int> Dropped { get; } = new(StringComparer.Ordinal);

    /// <summary>The same files; a reading of them ends when it is cancelled.</summary>
    public DatasetFiles Until(CancellationToken cancellation) =>
        this with { Parts = [.. Parts.Select(part => part with { Cancellation = cancellation })] };

    public void Drop(string reason) => Dropped[reason] = Dropped.GetValueOrDefault(reason) + 1;

    /// <summary>The characters of a part.</summary>
    public SourceText Open(DatasetPart part) =>
        new(part, Definition.Encoding, Limits) { IsEncodingFixed = IsPublished };

    /// <summary>The characters of a file in an archive; messages name that file.</summary>
    public SourceText Open(DatasetPart archive, string file, Stream content) =>
        new(archive with { Name = file }, Definition.Encoding, Limits, new SourceBytes(content, Limits.OfFile))
        {
            IsEncodingFixed = IsPublished,
        };
}
