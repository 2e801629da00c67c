using PieService.Api.Lists;

namespace PieService.Api.Tables;

/// <summary>The query parameters for a part of a table, and its format.</summary>
public record TableQuery : PageQuery
{
    /// <summary>
    /// The format of the response. By default the Accept header decides, and json is used without one. Only json has
    /// pages; the other formats contain the whole table. latex is a table for a paper: of comparisons, analyses and
    /// PIEs.
    /// </summary>
    public TableFormat? Format { get; init; }
}
