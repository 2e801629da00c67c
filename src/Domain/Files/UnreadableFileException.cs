namespace PieService.Domain.Files;

/// <summary>The content of a file cannot be read.</summary>
/// <param name="file">The name of the file in messages.</param>
/// <param name="line"> 1-based line of the (decompressed) file; a record of several lines is identified by its first.
/// Null if the error does not belong to a single line. </param>
/// <param name="column">The name of the column, or the position in the line; null if the error belongs to the whole
/// line.</param>
public sealed class UnreadableFileException(string file, long? line, string? column, string message)
    : Exception(message)
{
    public string File { get; } = file;
    public long? Line { get; } = line;
    public string? Column { get; } = column;
}
