using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <summary>The score of a cohort.</summary>
/// <param name="Method">dense or dense4E for a cohort that is not pruned.</param>
/// <param name="Target">The target sparsity in percent; null, as achieved, for a dense cohort.</param>
/// <param name="Achieved">The mean achieved sparsity in percent.</param>
/// <param name="Runs">The number of runs, one for each seed.</param>
/// <param name="Mean">The mean score over the runs, in [0, 1].</param>
/// <param name="Sd">The standard deviation over the runs; null for one run.</param>
/// <param name="Low">The lower end of the 95 % interval of the mean; null for fewer than 3 runs.</param>
/// <param name="High">The upper end.</param>
/// <param name="Collapsed">Whether most runs of the cohort have collapsed.</param>
/// <param name="Complete">Whether all expected runs have succeeded.</param>
public sealed record CohortScore(
    Method Method, decimal? Target, double? Achieved, double? AchievedSd, int Runs, double Mean, double? Sd,
    double? Low, double? High, bool Collapsed, bool Complete);

/// <summary>The score of every method over the sparsity, beside that of the dense cohorts.</summary>
public sealed record EffectivenessFigure(
    FigureSource Source, ScoreMetric Metric, SparsityScale X, IReadOnlyList<CohortScore> Rows)
    : Figure<CohortScore>(Source, Rows)
{
    /// <summary>The smallest number of runs that have an interval; fewer are shown as single points.</summary>
    public const int FewestRuns = 3;

    private static readonly Columns<CohortScore> Flat = new Columns<CohortScore>()
        .Name("method", row => row.Method)
        .Real("target", row => (double?)row.Target)
        .Real("achieved", row => row.Achieved)
        .Real("achievedSd", row => row.AchievedSd)
        .Whole("runs", row => row.Runs)
        .Real("mean", row => (double?)row.Mean)
        .Real("sd", row => row.Sd)
        .Real("low", row => row.Low)
        .Real("high", row => row.High)
        .Flag("collapsed", row => row.Collapsed)
        .Flag("complete", row => row.Complete);

    public override string Title => $"{MetricName} over sparsity";

    public override FigureWidth UsualWidth => FigureWidth.Page;

    public override string Explanation =>
        "The mean over the runs of each cohort; the band is its 95 % interval over seeds, mean ± t sd / √n by "
        + $"Student. n = {RunsText}."
        + (Rows.Any(row => row.Runs < FewestRuns) ? $" Cohorts of fewer than {FewestRuns} runs have no band." : "")
        + (HasDots ? " Small dots are their runs." : "")
        + (Rows.Any(row => row is { Low: < 0 } or { High: > 1 }) ? " Intervals are cut at 0 and 100 %." : "")
        + (Collapsed.Length > 0 ? $" * Most runs have collapsed: {string.Join(", ", Collapsed)}." : "")
        + (Rows.Any(row => !row.Complete) ? " A hollow marker has fewer runs than expected." : "")
        + (Missed is { } missed ? $" {missed}" : "");

    protected override Columns<CohortScore> Columns => Flat;

    private string MetricName => Metric == ScoreMetric.Accuracy ? "Accuracy" : "Macro-F1";

    private IEnumerable<CohortScore> Pruned => Rows.Where(row => row.Target is not null);

    /// <summary>Whether the runs of a pruned cohort are shown as dots; a dense cohort is a line.</summary>
    private bool HasDots => Pruned.Any(row => Dots(row).Length > 0);

    private string[] Collapsed =>
    [
        .. from row in Rows
           where row.Collapsed
           select row.Target is { } target ? ComparedCohort.NameOf(row.Method, target) : Wire.Name(row.Method),
    ];

    private string RunsText => CountText.Of(Rows.Select(row => row.Runs));

    /// <summary>Targets that a method misses, which the axis of achieved sparsities shows.</summary>
    private string? Missed
    {
        get
        {
            string[] missed =
            [
                .. from row in Pruned
                   where row.Achieved is { } achieved && Math.Abs(achieved - (double)row.Target!) > 0.5
                   select $"{Wire.Name(row.Method)} {NumberText.Percent(row.Target!.Value)} → "
                       + NumberText.Fixed(row.Achieved!.Value, 1),
            ];
            return missed.Length == 0 ? null
                : $"Targets that are missed by more than 0.5 points: {string.Join(", ", missed)}.";
        }
    }

    public override SheetSize SizeOf(FigureLook look) => Chart(look).Size;

    public override void Draw(ISheet sheet, FigureLook look) => Chart(look).Draw(sheet);

    /// <summary>
    /// The values of two runs, which follow from their mean and their deviation; that of one run is its marker.
    /// </summary>
    private static double[] Dots(CohortScore row) => row switch
    {
        { Runs: 2, Sd: { } sd } => [row.Mean - (sd / Math.Sqrt(2)), row.Mean + (sd / Math.Sqrt(2))],
        _ => [],
    };

    private static (double, double)? Interval(CohortScore row) =>
        row is { Low: { } low, High: { } high }
            ? (100 * Math.Max(low, 0), 100 * Math.Min(high, 1)) : null;

    private CurveChart Chart(FigureLook look)
    {
        var shown = Rows.SelectMany(row => (IEnumerable<double>)
            [100 * row.Mean, Interval(row)?.Item1 ?? 100 * row.Mean, Interval(row)?.Item2 ?? 100 * row.Mean,
                .. Dots(row).Select(dot => 100 * dot)]).ToList();
        var (theme, low, high) = (look.Theme, shown.Min(), shown.Max());
        // The axis is around a value that all have, but never beyond the possible scores.
        if (low == high) (low, high) = (Math.Max(low - 10, 0), Math.Min(high + 10, 100));
        return new()
        {
            Look = look,
            Axis = new(X, [.. Pruned.Select(row => row.Target!.Value).Distinct()], [.. Pruned.Select(ValueOf)]),
            Title = $"{MetricName} (%)",
            Ticks = Ticks.Around(low, high, 5),
            Curves =
            [
                .. from row in Pruned
                   orderby row.Method, ValueOf(row)
                   group row by row.Method into method
                   select new Curve(method.Key, [.. method.Select(PointOf)]),
            ],
            Levels =
            [
                .. Rows.Where(row => row.Target is null).Select((row, index) => new Level(
                    $"{(row.Method == Method.Dense ? "Dense" : "Dense, 4E epochs")}: mean"
                        + (row.Low is null ? "" : ", 95 % interval"),
                    100 * row.Mean, Interval(row), index == 0 ? theme.Ink : theme.Muted,
                    index == 0 ? [2.4, 1.4] : [0.8, 1.4],
                    index == 0 ? theme.Ink : theme.Muted, 0.12)),
            ],
            HasBands = true,
            Meanings = Meanings(theme),
            Note = Source.Provisional,
        };
    }

    private KeyEntry[] Meanings(Theme theme) =>
    [
        .. Pruned.Any(row => row.Low is not null)
            ? [new KeyEntry(
                $"95 % interval of the mean over {RunsText} seeds (Student t)",
                (sheet, box) => sheet.Rectangle(box, theme.Muted, 0.2))]
            : Array.Empty<KeyEntry>(),
        .. HasDots
            ? [new KeyEntry("A run, where a cohort has two", (sheet, box) =>
                sheet.Disc(new(box.CentreX, box.CentreY), 0.9, theme.Muted))]
            : Array.Empty<KeyEntry>(),
    ];

    private double ValueOf(CohortScore row) => SparsityAxis.ValueOf(X, row.Target!.Value, row.Achieved);

    private CurvePoint PointOf(CohortScore row) => new(
        ValueOf(row), 100 * row.Mean, Interval(row), [.. Dots(row).Select(dot => 100 * dot)], !row.Complete,
        row.Collapsed,
        $"{Wire.Name(row.Method)}, target {NumberText.Percent(row.Target!.Value)} %: "
            + $"{NumberText.Fixed(100 * row.Mean, 1)} %, {row.Runs} runs");
}
