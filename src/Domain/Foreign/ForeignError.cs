using PieService.Domain.Files;

namespace PieService.Domain.Foreign;

/// <summary>An error in the content of a file of an import.</summary>
/// <param name="File">The part that has the file, or another name of it.</param>
/// <param name="Place">Where in the file.</param>
public sealed record ForeignError(string File, ForeignPlace Place, string Message)
{
    internal static ForeignError Of(UnreadableFileException failure) =>
        new(failure.File, new ForeignPlace(failure.Line) { Column = failure.Column }, failure.Message);
}

/// <summary>A place in a file; the default value is the file as a whole.</summary>
/// <param name="Line">The 1-based line, row or element; null for an array.</param>
public readonly record struct ForeignPlace(long? Line)
{
    public string? Column { get; init; }

    /// <summary>The seed of the run, in an array.</summary>
    public int? Seed { get; init; }

    /// <summary>The 0-based example, in an array.</summary>
    public int? Example { get; init; }

    /// <summary>The 0-based label, in an array.</summary>
    public int? Label { get; init; }
}
