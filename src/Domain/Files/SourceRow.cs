namespace PieService.Domain.Files;

/// <summary>A row of a table as it is in a file; the first row is the header.</summary>
/// <param name="Line">The line on which it begins.</param>
internal readonly record struct SourceRow(long Line, string[] Fields);
