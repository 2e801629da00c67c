using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;

namespace PieService.Api.Figures;

/// <summary>
/// The training examples by how confident the dense models are of their gold labels, and how much that varies, and the
/// share of PIEs among them.
/// </summary>
/// <param name="Epochs">The observed epochs, 0-based.</param>
/// <param name="Seeds">The number of dense runs.</param>
/// <param name="Examples">N.</param>
public sealed record MapFigure(
    FigureSource Source, ComparedCohort Cohort, IReadOnlyList<int> Epochs, int Seeds, int Examples,
    IReadOnlyList<MapCell> Rows) : Figure<MapCell>(Source, Rows)
{
    private const int FewestExamples = 10;
    private const double BarWidth = 8, BarRoom = 54, Left = 36, Top = 16, Bottom = 26;

    private static readonly Columns<MapCell> Flat = new Columns<MapCell>()
        .Real("variability", row => (double?)row.Variability)
        .Real("confidence", row => (double?)row.Confidence)
        .Whole("examples", row => row.Examples)
        .Whole("pies", row => row.Pies);

    public override string Title => "Map of the training examples";

    public override FigureWidth UsualWidth => FigureWidth.Page;

    public override string Explanation =>
        $"{CountText.Of([Examples])} training examples by the mean (confidence) and the population standard deviation "
        + "(variability) of the probability of the gold label, for multi-label data of the right answer to each label, "
        + $"over {Seeds} dense runs and the observed epochs {string.Join(", ", Epochs)} (0-based); scores are float16. "
        + $"Left: examples in each hexagon, on a logarithmic scale. Right: the share of PIEs of "
        + $"{Wire.Name(Cohort.Method)} at a target sparsity of {NumberText.Percent(Cohort.Target)} %; "
        + $"{LeftOut} hexagons with fewer than {FewestExamples} examples are left out."
        + ComparedCohort.ExplainCollapsed([Cohort]);

    protected override Columns<MapCell> Columns => Flat;

    private int LeftOut => Rows.Count(row => row.Examples < FewestExamples);

    private int Most => Math.Max(2, Rows.Select(row => row.Examples).DefaultIfEmpty().Max());

    /// <summary>The end of the logarithmic scale: 1, 2 or 5 times a power of ten.</summary>
    private double End => PowersOfTen.SelectMany(power => new[] { power, 2 * power, 5 * power })
        .First(end => end >= Most);

    /// <summary>The largest share, in percent.</summary>
    private double Greatest => Math.Max(
        1, 100 * Rows.Where(row => row.Examples >= FewestExamples)
            .Select(row => (double)row.Pies / row.Examples).DefaultIfEmpty().Max());

    public override SheetSize SizeOf(FigureLook look)
    {
        var height = Top + (PanelWidth(look) * TrainingMap.Height) + Bottom;
        return new(
            look.Millimetres * Style.PointsPerMillimetre,
            (IsStacked(look) ? 2 * height : height) + (Source.Provisional is null ? 0 : 12));
    }

    public override void Draw(ISheet sheet, FigureLook look)
    {
        var (theme, width) = (look.Theme, PanelWidth(look));
        var first = new Box(Left, Top, width, width * TrainingMap.Height);
        var second = IsStacked(look)
            ? first with { Top = (2 * Top) + (width * TrainingMap.Height) + Bottom }
            : first with { Left = (2 * Left) + width + BarRoom };
        var shares = Ticks.Around(0, Greatest, 5);
        DrawPanel(
            sheet, theme, first, "(a) Examples", new(theme.Blues, new(1, End, 0, 1, IsLog: true), "Examples", Counts),
            row => row.Examples);
        DrawPanel(
            sheet, theme, second,
            $"(b) PIEs of {Cohort.Name}{Cohort.Mark}",
            new(theme.Oranges, new(0, shares[^1].Value, 0, 1), "PIEs (%)", shares),
            row => row.Examples < FewestExamples ? null : 100.0 * row.Pies / row.Examples);
        if (Source.Provisional is { } note)
            sheet.Text(
                new(4, SizeOf(look).Height - 3), Font.Regular.Cut(note, Style.NoteSize, SizeOf(look).Width - 8),
                new(Style.NoteSize, theme.Muted));
    }

    private static IEnumerable<double> PowersOfTen =>
        Enumerable.Range(0, 10).Select(power => Math.Pow(10, power));

    private IReadOnlyList<Tick> Counts =>
    [
        .. PowersOfTen.TakeWhile(value => value < End).Append(End)
            .Select(value => new Tick(value, NumberText.Fixed(value, 0))),
    ];

    private static bool IsStacked(FigureLook look) => look.Width == FigureWidth.Column;

    private static double PanelWidth(FigureLook look)
    {
        var panels = IsStacked(look) ? 1 : 2;
        return (look.Millimetres * Style.PointsPerMillimetre / panels) - Left - BarRoom;
    }

    private void DrawPanel(
        ISheet sheet, Theme theme, Box box, string title, ColourBar bar, Func<MapCell, double?> value)
    {
        sheet.Text(new(box.Left, box.Top - 6), title, new(Style.TitleSize, theme.Ink, IsBold: true));
        var panel = new Panel(
            box, new(0, TrainingMap.MostVariability, box.Left, box.Right), new(0, 1, box.Bottom, box.Top));
        var radius = new HexagonGrid(TrainingMap.Across).Radius * box.Width;
        foreach (var row in Rows)
        {
            if (value(row) is not { } shown) continue;
            sheet.Polygon(
                Hexagon(panel.At(row.Variability, row.Confidence), radius),
                bar.At(shown),
                tip: $"{row.Examples} examples, {row.Pies} PIEs");
        }
        panel.DrawLeftAxis(
            sheet,
            [new(0, "0"), new(0.2, "0.2"), new(0.4, "0.4"), new(0.6, "0.6"), new(0.8, "0.8"), new(1, "1")],
            hasTexts: true, theme);
        panel.DrawBottomAxis(
            sheet, [new(0, "0"), new(0.1, "0.1"), new(0.2, "0.2"), new(0.3, "0.3"), new(0.4, "0.4"), new(0.5, "0.5")],
            theme);
        sheet.Text(
            new(box.Left - 24, box.CentreY), "Confidence (mean)", new(Style.TitleSize, theme.Ink, Anchor.Middle), -90);
        sheet.Text(
            new(box.CentreX, box.Bottom + 22), "Variability (standard deviation)",
            new(Style.TitleSize, theme.Ink, Anchor.Middle));
        bar.Draw(
            sheet, new(box.Right + 12, box.Top, BarWidth, box.Height), box.Right + 12 + BarRoom - 16, Style.TitleSize,
            theme);
    }

    /// <summary>The corners of a hexagon, of which one is above the centre.</summary>
    private static Point[] Hexagon(Point centre, double radius) =>
    [
        .. Enumerable.Range(0, 6).Select(corner => (Math.PI / 3 * corner) + (Math.PI / 6))
            .Select(angle => new Point(centre.X + (radius * Math.Cos(angle)), centre.Y + (radius * Math.Sin(angle)))),
    ];
}
