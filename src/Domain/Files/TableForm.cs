namespace PieService.Domain.Files;

/// <summary>How a table is written.</summary>
/// <param name="IsCsv">Whether fields may be quoted; if not, a quote is an ordinary character.</param>
/// <param name="HasHeader">Whether the first row has the names of the columns.</param>
internal sealed record TableForm(bool IsCsv, char Delimiter, bool HasHeader)
{
    public static readonly TableForm Tsv = new(IsCsv: false, Delimiters.Tab, HasHeader: true);
}
