namespace PieService.Domain.Files;

/// <summary>A row of a table as it stands in a file; the first is the header.</summary>
/// <param name="Line">Where it begins.</param>
internal readonly record struct SourceRow(long Line, string[] Fields);
