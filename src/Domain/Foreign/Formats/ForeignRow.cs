using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>A row of a table, whatever its format.</summary>
/// <param name="line">The 1-based line, row or element.</param>
internal abstract class ForeignRow(ForeignSource source, long line)
{
    /// <summary>The name of a row that is a list of labels with scores, and has no columns.</summary>
    public const string WholeRow = "";

    public long Line { get; } = line;

    /// <summary>All columns of the table.</summary>
    public abstract IEnumerable<string> Columns { get; }

    /// <param name="column">A column of the table, or <see cref="WholeRow"/>.</param>
    /// <exception cref="UnreadableFileException">There is no such column, or its value cannot be read.</exception>
    public abstract ForeignCell Cell(string column);

    /// <summary>Reads a value of a cell.</summary>
    /// <exception cref="UnreadableFileException">The value is not valid.</exception>
    public T Read<T>(string column, Func<ForeignCell, T> read)
    {
        try
        {
            return read(Cell(column));
        }
        catch (FormatException malformed)
        {
            throw Error(column, malformed.Message);
        }
    }

    public UnreadableFileException Error(string? column, string message) =>
        source.Error(Line, column == WholeRow ? null : column, message);
}
