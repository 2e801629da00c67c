using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain.Pies;

namespace PieService.Api.Figures;

/// <summary>The votes of a cohort on one example.</summary>
/// <param name="Cohort">Null for the dense cohort.</param>
/// <param name="Runs">The number of runs that voted.</param>
/// <param name="IsPie">Whether the example is a PIE of the comparison.</param>
/// <param name="Differs">Whether the majority differs from that of the dense cohort; of multi-label data about the
/// label that is shown.</param>
/// <param name="IsTied">Whether the vote is a tie; of multi-label data the vote about that label.</param>
/// <param name="Votes">The number of runs that predict each label, without the labels that have none.</param>
public sealed record CohortVotesRow(
    ComparedCohort? Cohort, int Runs, bool IsPie, bool Differs, bool IsTied, IReadOnlyDictionary<string, int> Votes);

/// <summary>The votes on one example by method and sparsity, as stacked bars.</summary>
/// <param name="Text">The beginning of the text of the example.</param>
/// <param name="Gold">The gold labels.</param>
/// <param name="Labels">The labels that have votes, the gold label first, then those with most votes; of multi-label
/// data the label that is shown.</param>
public sealed record TrajectoryFigure(
    FigureSource Source, Guid ExampleId, int Position, string Text, IReadOnlyList<string> Gold, double? El2n,
    int? InfluenceBin, IReadOnlyList<UserText> Labels, IReadOnlyList<CohortVotesRow> Rows)
    : Figure<CohortVotesRow>(Source, Rows)
{
    private const double RowHeight = 15, Top = 30, DenseShare = 0.14;
    private const string Other = "other labels";

    /// <summary>By Okabe and Ito (2008): the gold label, then others; more are grey.</summary>
    private static readonly Rgb[] Colours =
        [.. new[] { "#0072B2", "#E69F00", "#CC79A7", "#009E73", "#56B4E9", "#F0E442" }.Select(Rgb.Of)];

    private static readonly Rgb OtherColour = Rgb.Of("#BDBDBD");

    /// <summary>Whether the runs vote about one label of multi-label data: each predicts it or not.</summary>
    public bool IsOfOneLabel { get; init; }

    public override string Title => "Votes on one example";

    public override FigureWidth UsualWidth => FigureWidth.Page;

    public override string Explanation =>
        $"Example {Position} ({ExampleId}), {GoldText}: \"{Text}\". The widths are shares of the runs of a cohort "
        + $"({RunsText})"
        + (IsOfOneLabel ? $" that predict the label '{Labels[0].Text}' or do not" : "")
        + (IsOfOneLabel ? ". A frame marks a majority about this label" : ". A frame marks a PIE: a majority")
        + $" that differs from that of the {Kind.Baseline} cohort. "
        + $"{Rows.Count(row => row.IsTied) switch { 1 => "1 vote is a tie", var ties => $"{ties} votes are ties" }}."
        + (El2n is { } el2n ? $" EL2N {NumberText.Fixed(el2n, 3)}, influence bin {InfluenceBin}." : "")
        + UserText.Explain([.. Labels, .. ComparedCohort.Names(Cohorts)]);

    /// <summary>A target of 0 is that of an imported cohort of unknown sparsity.</summary>
    protected override Columns<CohortVotesRow> Columns => new Columns<CohortVotesRow>()
        .Text("method", row => Domain.Wire.Name(row.Cohort?.Method ?? Source.Baseline))
        .Real("target", row => row.Cohort is { Target: > 0 } cohort ? (double)cohort.Target : null)
        .Text("cohort", row => row.Cohort?.Cohort)
        .Whole("runs", row => row.Runs)
        .Flag("isPie", row => row.IsPie)
        .Text("label", _ => IsOfOneLabel ? Labels[0].Text : null)
        .Flag("differs", row => row.Differs)
        .Flag("isTied", row => row.IsTied)
        .Text("votes", row => Domain.Json.Write(row.Votes));

    private IReadOnlyList<ComparedCohort> Cohorts => [.. Rows.Select(row => row.Cohort).OfType<ComparedCohort>()];

    private CohortKind Kind => Cohorts is [var first, ..] ? first.Kind : CohortKind.Trained;

    private IEnumerable<CohortVotesRow> Pruned => Rows.Where(row => row.Cohort is not null);

    /// <summary>A line for each method, or for each cohort of imported predictions.</summary>
    private IReadOnlyList<IGrouping<UserText, CohortVotesRow>> Lines =>
        [.. Pruned.Index().GroupBy(row => NameOf(row.Item.Cohort!, row.Index), row => row.Item)];

    private IReadOnlyList<decimal> Targets => [.. Pruned.Select(row => row.Cohort!.Target).Distinct().Order()];

    public override SheetSize SizeOf(FigureLook look)
    {
        var width = look.Millimetres * Style.PointsPerMillimetre;
        return new(
            width,
            Top + (RowHeight * Lines.Count) + 6 + new Key(KeyEntries(look.Theme), width - 8).Height
                + (Source.Provisional is null ? 4 : 14));
    }

    public override void Draw(ISheet sheet, FigureLook look)
    {
        var (theme, size, lines, targets) = (look.Theme, SizeOf(look), Lines, Targets);
        var names = Math.Min(lines.Max(line => line.Key.Width(Style.TextSize)), size.Width * 0.25);
        var (left, bottom) = (names + 8, Top + (RowHeight * lines.Count));
        var dense = new Box(left, Top, (size.Width - left) * DenseShare, RowHeight * lines.Count);
        var head = new TextStyle(Style.TextSize, theme.Ink, Anchor.Middle, IsBold: true);
        sheet.Text(
            new(left, 11), $"Votes of {RunsText}{(Cohorts.Any(HasTarget) ? " by target sparsity" : "")}",
            new(Style.TitleSize, theme.Ink));
        sheet.Text(new(dense.CentreX, 24), Kind.BaselineHeading, head);
        var parts = Parts;
        Draw(sheet, Rows.First(row => row.Cohort is null), parts, dense with { Height = dense.Height - 2 }, theme);
        var cell = (size.Width - dense.Right - 12) / targets.Count;
        var gap = Math.Min(4, cell * 0.15);
        var hasTargets = Cohorts.Any(HasTarget);
        var shown = targets.Count * 30 < size.Width - dense.Right ? 1 : (int)Math.Ceiling(30 / cell);
        foreach (var (index, target) in targets.Index().Where(column => hasTargets && column.Index % shown == 0))
            sheet.Text(
                new(dense.Right + 8 + ((index + 0.5) * cell), 24), $"{NumberText.Percent(target)} %", head);
        foreach (var (index, line) in lines.Index())
        {
            var top = Top + (RowHeight * index);
            sheet.Text(
                new(left - 4, top + (RowHeight / 2) - 1 + (Style.Middle * Style.TextSize)),
                Font.Regular.Cut(line.Key.On(sheet), Style.TextSize, names),
                new(Style.TextSize, theme.Ink, Anchor.End));
            foreach (var row in line)
            {
                var column = targets.Index().First(found => found.Item == row.Cohort!.Target).Index;
                Draw(
                    sheet, row, parts, new(dense.Right + 8 + (column * cell), top, cell - gap, RowHeight - 2), theme);
            }
        }
        new Key(KeyEntries(theme), size.Width - 8).Draw(sheet, 4, bottom + 5, theme);
        if (Source.Provisional is { } note)
            sheet.Text(
                new(4, size.Height - 3), Font.Regular.Cut(note, Style.NoteSize, size.Width - 8),
                new(Style.NoteSize, theme.Muted));
    }

    private string GoldText =>
        Gold.Count == 0 ? "without a gold label"
        : $"gold label{(Gold.Count == 1 ? "" : "s")} {string.Join(", ", Gold.Select(label => $"'{label}'"))}";

    /// <summary>The parts of a bar: the labels; of multi-label data the runs with the label, and the others.</summary>
    private IReadOnlyList<VotePart> Parts =>
        IsOfOneLabel
            ? [
                new(Labels[0], Gold.Contains(Labels[0].Text), Colours[0], VotesFor),
                new(
                    new($"not {Labels[0].Text}", $"not {Labels[0].Substitute}"), !Gold.Contains(Labels[0].Text),
                    OtherColour, row => row.Runs - VotesFor(row)),
            ]
            : [
                .. Labels.Index().Select(label => new VotePart(
                    label.Item, label.Item.Text == Gold[0], ColourOf(label.Index),
                    row => row.Votes.GetValueOrDefault(label.Item.Text))),
            ];

    private int VotesFor(CohortVotesRow row) => row.Votes.GetValueOrDefault(Labels[0].Text);

    private string RunsText => CountText.Of([.. Rows.Select(row => row.Runs)], "run");

    private static bool HasTarget(ComparedCohort cohort) => cohort.Kind.HasTargets;

    private static UserText NameOf(ComparedCohort cohort, int index) =>
        cohort.Cohort is { } name ? new(name, $"cohort {index + 1}")
        : new(Domain.Wire.Name(cohort.Method), Domain.Wire.Name(cohort.Method));

    private static Rgb ColourOf(int label) => label < Colours.Length ? Colours[label] : OtherColour;

    private static void Draw(
        ISheet sheet, CohortVotesRow row, IReadOnlyList<VotePart> parts, Box box, Theme theme)
    {
        var x = box.Left;
        foreach (var part in parts)
        {
            var votes = part.Votes(row);
            if (votes == 0) continue;
            var width = box.Width * votes / row.Runs;
            sheet.Rectangle(
                new(x, box.Top, width, box.Height), part.Colour, 1, new(theme.Background, 0.3),
                $"{part.Name.Text}: {votes} of {row.Runs}");
            if (Font.Regular.Width($"{votes}", Style.TextSize) < width - 2)
                sheet.Text(
                    new(x + (width / 2), box.CentreY + (Style.Middle * Style.TextSize)), $"{votes}",
                    new(Style.TextSize, part.Colour.TextOnIt, Anchor.Middle));
            x += width;
        }
        if (row.Differs) sheet.Rectangle(box, null, 1, new(theme.Ink, 1.1));
    }

    private IEnumerable<KeyEntry> KeyEntries(Theme theme)
    {
        foreach (var part in Parts.Take(Colours.Length))
            yield return Entry(
                Font.Regular.Has(part.Name.Text) ? part.Name.Text : part.Name.Substitute, part.IsGold, part.Colour);
        if (Labels.Count > Colours.Length) yield return Entry(Other, isGold: false, OtherColour);
        yield return new(
            IsOfOneLabel ? "The majorities differ" : "PIE: the majorities differ",
            (sheet, box) => sheet.Rectangle(
                new(box.Left + 4, box.Top - 1, 10, 8), null, 1, new(theme.Ink, 1.1)));

        static KeyEntry Entry(string text, bool isGold, Rgb colour) => new(
            Font.Regular.Cut(text, Style.TextSize, 80) + (isGold ? " (gold)" : ""),
            (sheet, box) => sheet.Rectangle(new(box.Left + 4, box.Top - 1, 8, 8), colour));
    }

    /// <summary>A part of each bar.</summary>
    private sealed record VotePart(UserText Name, bool IsGold, Rgb Colour, Func<CohortVotesRow, int> Votes);
}
