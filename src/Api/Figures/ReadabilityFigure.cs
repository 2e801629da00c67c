using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets.Texts;

namespace PieService.Api.Figures;

/// <summary>A measure of the texts of PIEs and of the other examples.</summary>
/// <param name="Pies">The mean over the PIEs.</param>
/// <param name="Rest">The mean over the other examples.</param>
/// <param name="Ratio">pies / rest, of fleschReadingEase rest / pies, so that a ratio above 1 is harder.</param>
/// <param name="Low">The lower end of its 95 % interval over examples; null if a number cannot hold it.</param>
/// <param name="High">The upper end.</param>
/// <param name="Q">The q value of the test of Mann and Whitney, over all measures of the comparison.</param>
public sealed record MeasureRatio(
    TextMeasure Measure, double? Pies, double? Rest, double Ratio, double? Low, double? High, double? Q);

/// <summary>The ratios of measures of texts as a forest plot.</summary>
/// <param name="Measures">The number of measures over which the q values are computed.</param>
public sealed record ReadabilityFigure(
    FigureSource Source, ComparedCohort Cohort, int Pies, int Rest, int Measures, IReadOnlyList<MeasureRatio> Rows)
    : Figure<MeasureRatio>(Source, Rows)
{
    private const double RowHeight = 15, Top = 17, Bottom = 32;

    /// <summary>
    /// With few examples an interval can end far above every meaningful ratio: such an end is not printed.
    /// </summary>
    private const double Greatest = 1000;

    private static readonly Columns<MeasureRatio> Flat = new Columns<MeasureRatio>()
        .Name("measure", row => row.Measure)
        .Real("pies", row => row.Pies)
        .Real("rest", row => row.Rest)
        .Real("ratio", row => (double?)row.Ratio)
        .Real("low", row => row.Low)
        .Real("high", row => row.High)
        .Real("q", row => row.Q);

    public override string Title => "Texts of the PIEs";

    public override FigureWidth UsualWidth => FigureWidth.Column;

    public override string Explanation =>
        $"Mean of each measure over the {Pies} PIEs of {Cohort.Name} / mean over the {Rest} other examples, with the "
        + "95 % interval of the ratio over examples (normal, of its logarithm); of Flesch reading ease the inverse, so "
        + "a ratio above 1 is a harder or longer text. Hollow: the interval contains 1. The intervals are not "
        + $"corrected for the {Measures} measures; the q values in the data are. "
        + "An interval that leaves the axis ends in an arrow. The formulas are those of textstat 0.7.4, for English."
        + ComparedCohort.ExplainCollapsed([Cohort]);

    protected override Columns<MeasureRatio> Columns => Flat;

    /// <summary>A name that a user chose may have characters without glyphs; the caption has it.</summary>
    private string AxisTitle =>
        $"PIEs{(Cohort.Cohort is null ? $" of {Cohort.Name}{Cohort.Mark}" : "")} / others (log scale)";

    private IEnumerable<double> Ends => Rows.SelectMany(row => (IEnumerable<double>)
        [row.Ratio, row.Low ?? row.Ratio, row.High ?? row.Ratio]);

    public override SheetSize SizeOf(FigureLook look) => new(
        look.Millimetres * Style.PointsPerMillimetre,
        Top + (RowHeight * Math.Max(Rows.Count, 1)) + Bottom + (Source.Provisional is null ? 0 : 10));

    public override void Draw(ISheet sheet, FigureLook look)
    {
        var (theme, size) = (look.Theme, SizeOf(look));
        var bottom = Top + (RowHeight * Rows.Count);
        var names = 4 + Rows.Select(row => Font.Regular.Width(NameOf(row.Measure), Style.TextSize)).DefaultIfEmpty(0)
            .Max();
        var numbers = Rows.Select(row => Font.Regular.Width(Numbers(row), Style.TextSize)).DefaultIfEmpty(0).Max();
        var x = Scale(names + 8, size.Width - numbers - 12);
        sheet.Text(new(4, 11), "Measure", new(Style.TextSize, theme.Ink, IsBold: true));
        sheet.Text(
            new(size.Width - 4, 11), "Ratio [95 % interval]", new(Style.TextSize, theme.Ink, Anchor.End, true));
        foreach (var (index, row) in Rows.Index())
        {
            var (top, baseline) = (
                Top + (RowHeight * index), Top + (RowHeight * (index + 0.5)) + (Style.Middle * Style.TextSize));
            if (index % 2 == 0) sheet.Rectangle(new(2, top, size.Width - 4, RowHeight), theme.Stripe);
            sheet.Text(new(4, baseline), NameOf(row.Measure), new(Style.TextSize, theme.Ink));
            sheet.Text(
                new(size.Width - 4, baseline), Numbers(row), new(Style.TextSize, theme.Ink, Anchor.End));
        }
        sheet.Line([new(x.At(1), Top), new(x.At(1), bottom)], new(theme.Muted, 0.8, [2.4, 1.4]));
        foreach (var (index, row) in Rows.Index())
            DrawInterval(sheet, row, Top + (RowHeight * (index + 0.5)), x, theme);
        var panel = new Panel(new(x.From, Top, x.To - x.From, bottom - Top), x, x);
        panel.DrawBottomAxis(sheet, RatioTicks(), theme);
        var centre = (x.From + x.To) / 2;
        sheet.Text(
            new(centre, bottom + 21),
            Font.Regular.Cut(AxisTitle, Style.TitleSize, (2 * Math.Min(centre, size.Width - centre)) - 4),
            new(Style.TitleSize, theme.Ink, Anchor.Middle));
        if (Source.Provisional is { } note)
            sheet.Text(
                new(4, size.Height - 3), Font.Regular.Cut(note, Style.NoteSize, size.Width - 8),
                new(Style.NoteSize, theme.Muted));
    }

    private static void DrawInterval(ISheet sheet, MeasureRatio row, double y, Scale x, Theme theme)
    {
        var colour = theme.Families[0];
        if (row is { Low: { } low, High: { } high })
        {
            sheet.Line([new(x.At(low), y), new(x.At(high), y)], new(colour, 1));
            foreach (var end in new[] { low, high })
            {
                var (at, tail) = (x.At(end), end < x.Low ? 3 : -3);
                if (end >= x.Low && end <= x.High)
                    sheet.Line([new(at, y - 2.5), new(at, y + 2.5)], new(colour, 1));
                else sheet.Polygon([new(at, y), new(at + tail, y - 2.5), new(at + tail, y + 2.5)], colour);
            }
        }
        var isHollow = row.Low is not { } least || row.High is not { } most || (least <= 1 && most >= 1);
        sheet.Disc(
            new(x.At(row.Ratio), y), 2.1, isHollow ? theme.Background : colour,
            isHollow ? new(colour, 0.9) : new(theme.Background, 0.5));
    }

    private static string NameOf(TextMeasure measure) => measure switch
    {
        TextMeasure.FleschReadingEase => "Flesch reading ease",
        TextMeasure.FleschKincaidGrade => "Flesch–Kincaid grade",
        TextMeasure.GunningFog => "Gunning fog",
        TextMeasure.SmogIndex => "SMOG",
        TextMeasure.AutomatedReadabilityIndex => "Automated index",
        TextMeasure.ColemanLiauIndex => "Coleman–Liau",
        TextMeasure.LinsearWriteFormula => "Linsear Write",
        TextMeasure.DaleChallReadabilityScore => "Dale–Chall",
        TextMeasure.Words => "Words per text",
        TextMeasure.Sentences => "Sentences per text",
        TextMeasure.MeanWordLength => "Characters per token",
        _ => Wire.Name(measure),
    };

    private static string Numbers(MeasureRatio row) => row is { Low: { } low, High: { } high }
        ? $"{Number(row.Ratio)} [{Number(low)}, {Number(high)}]" : Number(row.Ratio);

    private static string Number(double ratio) =>
        ratio > Greatest ? $"> {NumberText.Fixed(Greatest, 0)}" : NumberText.Fixed(ratio, 2);

    /// <summary>
    /// An axis around 1 that has all ends that are printed, unless a single wide interval would press the others
    /// together.
    /// </summary>
    private Scale Scale(double from, double to)
    {
        List<double> distances =
        [
            .. Ends.Select(end => Math.Min(Math.Abs(Math.Log(end)), Math.Log(Greatest))).Append(0.02).Order(),
        ];
        // The ratio itself is always on the axis.
        var farthest = Rows.Select(row => Math.Abs(Math.Log(row.Ratio))).DefaultIfEmpty().Max();
        var most = Math.Exp(Math.Max(farthest, Math.Min(distances[^1], 6 * distances[distances.Count * 3 / 4])) + 0.01);
        return new(1 / most, most, from, to, IsLog: true);
    }

    /// <summary>Ticks at 1 and, at equal distances on both sides, at a ratio and its inverse.</summary>
    private Tick[] RatioTicks()
    {
        var most = Scale(0, 1).High;
        var step = new[] { 1.02, 1.05, 1.1, 1.25, 1.5, 2, 5, 10, 100 }.LastOrDefault(step => step <= most, 1.02);
        return [.. new[] { 1 / step, 1, step }.Select(value => new Tick(value, NumberText.Trimmed(value, 2)))];
    }
}
