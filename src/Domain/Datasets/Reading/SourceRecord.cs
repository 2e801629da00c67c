namespace PieService.Domain.Datasets.Reading;

/// <summary>An example as a file gives it.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="SecondText">Null where the dataset has no pairs.</param>
/// <param name="Labels">As they stand there; one for single-label data.</param>
/// <param name="Id">Null where the source has none.</param>
internal readonly record struct SourceRecord(long Line, string Text, string? SecondText, IReadOnlyList<string> Labels, string? Id)
{
    /// <summary>Said by the file itself; null: its part says it, or it is to be divided.</summary>
    public Split? Split { get; init; }

    /// <summary>The file in an archive that it comes from, for messages; null: the part is the file.</summary>
    public string? File { get; init; }

    /// <summary>The file that has its labels, in the same line, for messages; null: they stand beside its text.</summary>
    public string? LabelFile { get; init; }
}
