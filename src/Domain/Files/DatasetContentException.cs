namespace PieService.Domain.Files;

/// <summary>A file of a dataset holds what cannot be read.</summary>
/// <param name="file">Name of the part.</param>
/// <param name="line">1-based line of the (decompressed) file; a record of several lines is known by its first. Null: no single line is to blame.</param>
/// <param name="column">Name of the column, or the place in the line; null: the line as a whole.</param>
public sealed class DatasetContentException(string file, long? line, string? column, string message) : Exception(message)
{
    public string File { get; } = file;
    public long? Line { get; } = line;
    public string? Column { get; } = column;
}
