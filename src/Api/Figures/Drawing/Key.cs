namespace PieService.Api.Figures.Drawing;

/// <summary>An entry of a key: a sample of a mark, and its meaning.</summary>
/// <param name="Draw">Draws the sample into a box of the width of <see cref="Key.SampleWidth"/>.</param>
public sealed record KeyEntry(string Text, Action<ISheet, Box> Draw)
{
    public double Width => Key.SampleWidth + Key.SampleGap + Font.Regular.Width(Text, Style.TextSize);
}

/// <summary>The key of a figure: entries side by side, in as many lines as they need.</summary>
public sealed class Key
{
    public const double SampleWidth = 16, SampleGap = 3, EntryGap = 9;

    private readonly List<(KeyEntry Entry, double Left, int Line)> places = [];

    public Key(IEnumerable<KeyEntry> entries, double width)
    {
        var (left, line) = (0.0, 0);
        foreach (var entry in entries)
        {
            if (left > 0 && left + entry.Width > width) (left, line) = (0, line + 1);
            places.Add((entry, left, line));
            left += entry.Width + EntryGap;
        }
        Lines = places.Count == 0 ? 0 : line + 1;
        Width = width;
    }

    public int Lines { get; }

    public double Height => Lines * Style.LineHeight;

    private double Width { get; }

    /// <param name="top">The upper end of its first line.</param>
    public void Draw(ISheet sheet, double left, double top, Theme theme)
    {
        foreach (var (entry, shift, line) in places)
        {
            var middle = top + ((line + 0.5) * Style.LineHeight);
            entry.Draw(sheet, new(left + shift, middle - 3, SampleWidth, 6));
            var room = Width - shift - SampleWidth - SampleGap;
            sheet.Text(
                new(left + shift + SampleWidth + SampleGap, middle + (Style.Middle * Style.TextSize)),
                Font.Regular.Cut(entry.Text, Style.TextSize, room), new(Style.TextSize, theme.Ink));
        }
    }
}
