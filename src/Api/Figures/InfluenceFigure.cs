using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain;

namespace PieService.Api.Figures;

/// <summary>The PIEs among the training examples of similar influence.</summary>
/// <param name="Bin">1 has the least influential examples; a bin without examples is not listed.</param>
/// <param name="El2n">The mean EL2N of its examples.</param>
/// <param name="Share">pies / examples, in [0, 1].</param>
/// <param name="Low">The lower end of its 95 % interval by Wilson, over examples.</param>
/// <param name="High">The upper end.</param>
public sealed record BinRate(
    ComparedCohort Cohort, int Bin, int Examples, double El2n, int Pies, double Share, double Low, double High);

/// <summary>The PIE share of each influence bin, as bars of methods beside each other.</summary>
/// <param name="Epoch">The observed epoch of the EL2N, 0-based.</param>
/// <param name="Seeds">The number of dense runs over which the EL2N is averaged.</param>
public sealed record InfluenceFigure(FigureSource Source, int Epoch, int Seeds, IReadOnlyList<BinRate> Rows)
    : Figure<BinRate>(Source, Rows)
{
    private const int Bins = 20;
    private const double GapOfBin = 0.22;

    private static readonly Columns<BinRate> Flat = new Columns<BinRate>()
        .Cohort(row => row.Cohort)
        .Whole("bin", row => row.Bin)
        .Whole("examples", row => row.Examples)
        .Real("el2n", row => (double?)row.El2n)
        .Whole("pies", row => row.Pies)
        .Real("share", row => (double?)row.Share)
        .Real("low", row => (double?)row.Low)
        .Real("high", row => (double?)row.High);

    public override string Title => "PIEs by influence";

    public override FigureWidth UsualWidth => FigureWidth.Page;

    public override string Explanation =>
        $"Training examples in {Bins} bins by EL2N after epoch {Epoch} (0-based), averaged over {Seeds} dense runs; "
        + $"bin 1 has the least influential ones. {CountText.Of(Rows.Select(row => row.Examples))} examples in each. "
        + "Bars are PIEs per example of the bin, lines their 95 % intervals by Wilson over examples, given these "
        + "cohorts; they do not include the variation of seeds."
        + (Cohorts.Count > 0 ? $" Target sparsity {NumberText.Percent(Cohorts[0].Target)} %." : "")
        + (Empty.Length > 0 ? $" Bins without examples: {string.Join(", ", Empty)}." : "")
        + ComparedCohort.ExplainCollapsed(Cohorts);

    protected override Columns<BinRate> Columns => Flat;

    private IReadOnlyList<ComparedCohort> Cohorts => [.. Rows.Select(row => row.Cohort).Distinct()];

    private int[] Empty => [.. Enumerable.Range(1, Bins).Except(Rows.Select(row => row.Bin))];

    public override SheetSize SizeOf(FigureLook look) => Style.Millimetres(look.Millimetres, 58);

    public override void Draw(ISheet sheet, FigureLook look)
    {
        var (theme, size, cohorts) = (look.Theme, SizeOf(look), Cohorts);
        var ticks = Ticks.Around(0, 100 * Rows.Select(row => row.High).DefaultIfEmpty(0.1).Max(), 5);
        var key = new Key(KeyEntries(theme), size.Width - 8);
        var left = 14 + ticks.Max(tick => Font.Regular.Width(tick.Text, Style.TextSize)) + Style.TickLength;
        var bottom = size.Height - key.Height - (Source.Provisional is null ? 3 : 12) - 26;
        var box = new Box(left, 8, size.Width - left - 4, bottom - 8);
        var panel = new Panel(
            box, new(0.5, Bins + 0.5, box.Left, box.Right), new(0, ticks[^1].Value, box.Bottom, box.Top));
        panel.DrawGrid(sheet, ticks, theme);
        var places = cohorts.Index().ToDictionary(cohort => cohort.Item, cohort => cohort.Index);
        var width = box.Width / Bins * (1 - GapOfBin) / Math.Max(cohorts.Count, 1);
        foreach (var row in Rows)
        {
            var x = panel.X.At(row.Bin) + (width * (places[row.Cohort] - (cohorts.Count / 2.0)));
            var (y, centre) = (panel.Y.At(100 * row.Share), x + (width / 2));
            sheet.Rectangle(
                new(x, y, width, box.Bottom - y), MethodStyle.Of(row.Cohort.Method, theme).Fill(theme),
                tip: $"{Wire.Name(row.Cohort.Method)}, bin {row.Bin}: {row.Pies} of {row.Examples} examples");
            sheet.Line(
                [new(centre, panel.Y.At(100 * row.Low)), new(centre, panel.Y.At(100 * row.High))],
                new(theme.Ink, 0.5));
        }
        panel.DrawLeftAxis(sheet, ticks, hasTexts: true, theme);
        // A column has room for the number of every second bin.
        var step = box.Width / Bins < 13 ? 2 : 1;
        panel.DrawBottomAxis(
            sheet, [.. Enumerable.Range(1, Bins).Select(bin => new Tick(bin, bin % step == 0 ? $"{bin}" : ""))],
            theme);
        sheet.Text(
            new(9, box.CentreY), "PIEs (% of the bin)", new(Style.TitleSize, theme.Ink, Anchor.Middle), -90);
        var room = 2 * Math.Min(box.CentreX, size.Width - box.CentreX);
        sheet.Text(
            new(box.CentreX, box.Bottom + 22),
            BinTitles.FirstOrDefault(title => Font.Regular.Width(title, Style.TitleSize) < room - 4, "EL2N bin"),
            new(Style.TitleSize, theme.Ink, Anchor.Middle));
        key.Draw(sheet, 4, box.Bottom + 26, theme);
        if (Source.Provisional is { } note)
            sheet.Text(
                new(4, size.Height - 3), Font.Regular.Cut(note, Style.NoteSize, size.Width - 8),
                new(Style.NoteSize, theme.Muted));
    }

    /// <summary>The titles of the bins, the longest first.</summary>
    private string[] BinTitles =>
    [
        $"EL2N bin after epoch {Epoch} (1: least influential, 20: most)", $"EL2N bin after epoch {Epoch}",
    ];

    private IEnumerable<KeyEntry> KeyEntries(Theme theme) =>
        Cohorts.Select(cohort => new KeyEntry(cohort.Name + cohort.Mark, (sheet, box) => sheet.Rectangle(
            new(box.Left + 4, box.Top - 1, 8, 8), MethodStyle.Of(cohort.Method, theme).Fill(theme))))
        .Append(new("95 % interval over examples (Wilson)", (sheet, box) => sheet.Line(
            [new(box.CentreX, box.Top - 1), new(box.CentreX, box.Bottom + 1)], new(theme.Ink, 0.5))));
}
