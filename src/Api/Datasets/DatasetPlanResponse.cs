using PieService.Domain;
using PieService.Domain.Datasets;

namespace PieService.Api.Datasets;

/// <param name="Name">The name that the dataset would have.</param>
/// <param name="Files">The files of the upload, and how they are read.</param>
/// <param name="Labels">The labels in their order, which decides ties.</param>
/// <param name="ContentHash">The hash that the dataset would have: of the texts, the labels and their order, the order
/// of the examples, and the splits.</param>
/// <param name="SameContentAs">
/// The datasets that have the same content, the oldest first; their runs can be used again.
/// </param>
/// <param name="Splits">The splits by name: train, validation (if there is one) and test.</param>
/// <param name="Dropped">The number of documents in the files that are not examples, by reason.</param>
/// <param name="Warnings">What is doubtful about the dataset; empty if nothing is.</param>
/// <param name="FirstExamples">
/// The first ten examples of each split as they would be stored. A text of more than 1,000 characters is cut, and ends
/// with …
/// </param>
public sealed record DatasetPlanResponse(
    string Name, LearningTask Task, IReadOnlyList<PlannedFile> Files, IReadOnlyList<string> Labels, string ContentHash,
    IReadOnlyList<Guid> SameContentAs, IReadOnlyDictionary<string, SplitResponse> Splits,
    IReadOnlyDictionary<string, int> Dropped, TextQuality Quality, IReadOnlyList<Warning> Warnings,
    IReadOnlyList<PlannedExample> FirstExamples)
{
    private const int EachSplit = 10;

    public static DatasetPlanResponse Of(
        SourceDataset source, IReadOnlyList<Guid> sameContentAs, CancellationToken cancellation)
    {
        var dataset = source.AsDataset(Guid.Empty, default);
        return new(
            dataset.Name, dataset.Task, [.. source.Files.Select(PlannedFile.Of)], dataset.Labels, dataset.ContentHash,
            sameContentAs,
            dataset.Splits.ToDictionary(
                split => Wire.Name(split.Split), split => SplitResponse.Of(split, dataset.Labels)),
            dataset.Dropped, dataset.Quality,
            DatasetWarnings.Of(dataset, sameContentAs.Count > 0 ? sameContentAs[0] : null),
            [.. source.First(EachSplit, cancellation).Select(example => PlannedExample.Of(example, dataset.Labels))]);
    }
}

/// <param name="Part">The part of the upload: file, train, validation, test, or one that accompanies these.</param>
/// <param name="Bytes">The size as it was sent.</param>
/// <param name="Encoding">
/// The encoding that the byte order mark states, utf-8, utf-16le or utf-16be, else that of the definition; null for
/// Parquet, whose texts are UTF-8.
/// </param>
/// <param name="Compression">
/// The compression that was detected: gzip, zip, bzip2, xz or zstd; null if the file is not compressed.
/// </param>
/// <param name="Delimiter">The character between the columns of csv and tsv; null for other formats.</param>
/// <param name="Header">
/// Whether the first row of csv and tsv has the names of the columns; null for other formats.
/// </param>
public sealed record PlannedFile(
    string Part, long Bytes, DatasetFormat Format, string? Encoding, string? Compression, string? Delimiter,
    bool? Header)
{
    public static PlannedFile Of(DetectedFile file) => new(
        file.Part, file.Bytes, file.Format, file.Encoding, file.Compression, file.Delimiter, file.Header);
}

/// <param name="SourceId">
/// The id of the example in the source: the value of its id column, or file and line if there is no such column.
/// </param>
/// <param name="Labels">The gold labels, in the order of the labels of the dataset.</param>
/// <param name="Attributes">The values of the attributes that the example has, by name.</param>
public sealed record PlannedExample(
    Split Split, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels,
    IReadOnlyDictionary<string, string> Attributes)
{
    private const int MaxCharacters = 1000;

    public static PlannedExample Of(Example example, IReadOnlyList<string> labels) => new(
        example.Split, example.SourceId, Cut(example.Text), example.SecondText is { } second ? Cut(second) : null,
        [.. example.Labels.Select(index => labels[index])],
        example.Attributes ?? new Dictionary<string, string>());

    /// <summary>Never between the two halves of a character.</summary>
    private static string Cut(string text) => text.Length <= MaxCharacters ? text
        : text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)] + "…";
}
