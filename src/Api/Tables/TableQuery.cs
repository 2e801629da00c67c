using PieService.Api.Lists;

namespace PieService.Api.Tables;

/// <summary>Which part of a table is wanted, and in which format.</summary>
public record TableQuery : PageQuery
{
    /// <summary>Left out: what Accept asks for, by default json. Only JSON has pages; the other formats hold the whole table.</summary>
    public TableFormat? Format { get; init; }
}
