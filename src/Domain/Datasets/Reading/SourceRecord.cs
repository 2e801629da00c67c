namespace PieService.Domain.Datasets.Reading;

/// <summary>An example as it is in a file.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="SecondText">Null if the dataset does not have pairs.</param>
/// <param name="Labels">The labels, unchanged; exactly one for single-label data.</param>
/// <param name="Id">Null if the source does not have ids.</param>
internal readonly record struct SourceRecord(
    long Line, string Text, string? SecondText, IReadOnlyList<string> Labels, string? Id)
{
    /// <summary>The split, if the file states it; null if the part determines it, or the file is divided.</summary>
    public Split? Split { get; init; }

    /// <summary>
    /// The values of the attributes, in the order of the definition; null or empty for an example without one. Null if
    /// the definition has no attributes.
    /// </summary>
    public IReadOnlyList<string?>? Attributes { get; init; }

    /// <summary>
    /// The file in an archive from which the example comes, for messages; null if the part is the file.
    /// </summary>
    public string? File { get; init; }

    /// <summary>
    /// The file that has its labels in the same line, for messages; null if the labels are in the same file.
    /// </summary>
    public string? LabelFile { get; init; }
}
