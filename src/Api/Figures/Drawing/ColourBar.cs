namespace PieService.Api.Figures.Drawing;

/// <summary>The colours of a quantity, and the bar that explains them.</summary>
/// <param name="Scale">From values to [0, 1].</param>
public sealed record ColourBar(Ramp Ramp, Scale Scale, string Title, IReadOnlyList<Tick> Ticks)
{
    private const int Steps = 32;

    public Rgb At(double value) => Ramp.At(Scale.At(value));

    /// <param name="titleAt">The horizontal position of the title, which is turned.</param>
    public void Draw(ISheet sheet, Box box, double titleAt, double titleSize, Theme theme)
    {
        var height = box.Height / Steps;
        for (var i = 0; i < Steps; i++)
            sheet.Rectangle(
                new(box.Left, box.Bottom - ((i + 1) * height), box.Width, height + (i == 0 ? 0 : 0.2)),
                Ramp.At((i + 0.5) / Steps));
        sheet.Rectangle(box, null, 1, new(theme.Ink, Style.AxisWidth));
        foreach (var tick in Ticks)
        {
            var y = box.Bottom - (Scale.At(tick.Value) * box.Height);
            sheet.Line([new(box.Right, y), new(box.Right + 2, y)], new(theme.Ink, Style.AxisWidth));
            sheet.Text(
                new(box.Right + 4, y + (Style.Middle * Style.TextSize)), tick.Text, new(Style.TextSize, theme.Ink));
        }
        sheet.Text(
            new(titleAt, box.CentreY), Font.Regular.Cut(Title, titleSize, box.Height),
            new(titleSize, theme.Ink, Anchor.Middle), -90);
    }
}
