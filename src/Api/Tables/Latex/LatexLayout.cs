namespace PieService.Api.Tables.Latex;

/// <summary>A table as a paper shows it: fewer columns than a file with the data, and rounded numbers.</summary>
/// <param name="Caption">Text of the caption, which states what the numbers are.</param>
public sealed record LatexLayout<TItem>(string Caption, IReadOnlyList<LatexColumn<TItem>> Columns)
{
    /// <summary>Whether the numbers of a row may still change.</summary>
    public Func<TItem, bool> IsProvisional { get; init; } = _ => false;
}

/// <summary>A column of a table in LaTeX.</summary>
/// <param name="Heading">LaTeX.</param>
/// <param name="Alignment">The column specification, such as l or r.</param>
/// <param name="Cell">LaTeX of the cell of a row, of <see cref="LatexText"/>.</param>
public sealed record LatexColumn<TItem>(string Heading, string Alignment, Func<TItem, string> Cell);
