namespace PieService.Domain.Datasets.Reading;

/// <summary>An example as a file gives it.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="SecondText">Null where the dataset has no pairs.</param>
/// <param name="Labels">As they stand there; one for single-label data.</param>
/// <param name="Id">Null where no column is mapped to it.</param>
internal readonly record struct SourceRecord(long Line, string Text, string? SecondText, IReadOnlyList<string> Labels, string? Id);
