namespace PieService.Domain.Datasets;

/// <summary>
/// A row of a file with attributes.
/// </summary>
public sealed class NewAttributes
{
    /// <summary>The line of the file on which the row begins.</summary>
    public long Line { get; init; }

    /// <summary>The id of the examples in the source; null if split and position identify the example.</summary>
    public string? SourceId { get; init; }
    public Split? Split { get; init; }
    public int? Position { get; init; }

    /// <summary>As <see cref="Example.Attributes"/>.</summary>
    public IReadOnlyDictionary<string, string>? Values { get; init; }
}
