namespace PieService.Api.Figures.Drawing;

/// <summary>The width and the height of a sheet, in points.</summary>
public readonly record struct SheetSize(double Width, double Height);

/// <summary>A figure that can be drawn on a sheet of any format.</summary>
/// <param name="Caption">What a reader must know to interpret the figure.</param>
/// <param name="Keywords">The provenance, for the metadata of a file.</param>
/// <param name="Draw">Draws the same marks each time that it is called.</param>
public sealed record Picture(
    string Title, string Caption, IReadOnlyList<string> Keywords, SheetSize Size, Action<ISheet> Draw);
