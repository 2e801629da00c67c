namespace PieService.Domain.Files;

/// <summary>A file holds what cannot be read.</summary>
/// <param name="file">What messages call the file.</param>
/// <param name="line">
/// 1-based line of the (decompressed) file; a record of several lines is known by its first. Null: no single line is to
/// blame.
/// </param>
/// <param name="column">Name of the column, or the place in the line; null: the line as a whole.</param>
public sealed class UnreadableFileException(string file, long? line, string? column, string message)
    : Exception(message)
{
    public string File { get; } = file;
    public long? Line { get; } = line;
    public string? Column { get; } = column;
}
