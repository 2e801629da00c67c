using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Figures;

/// <summary>The PIE rate of a pruned cohort.</summary>
/// <param name="Target">The target sparsity in percent.</param>
/// <param name="Achieved">The mean achieved sparsity in percent.</param>
/// <param name="DenseRuns">The number of dense runs that voted.</param>
/// <param name="PrunedRuns">The number of pruned runs that voted.</param>
/// <param name="Rate">pies / examples, in [0, 1].</param>
/// <param name="Low">The lower end of its 95 % interval by Wilson, over examples.</param>
/// <param name="High">The upper end.</param>
/// <param name="TiedPies">The number of PIEs on which a vote is tied.</param>
/// <param name="Collapsed">Whether most runs of one of the two cohorts have collapsed.</param>
/// <param name="Complete">Whether all expected runs have succeeded.</param>
public sealed record CohortRate(
    Method Method, decimal Target, double? Achieved, int DenseRuns, int PrunedRuns, int Examples, int Pies, double Rate,
    double Low, double High, int TiedPies, bool Collapsed, bool Complete);

/// <summary>
/// The PIE rate of every method over the sparsity, beside the rate that a change of seeds alone causes.
/// </summary>
/// <param name="Floor">Null without a labelled comparison.</param>
public sealed record PieRateFigure(
    FigureSource Source, SparsityScale X, NoiseFloor? Floor, IReadOnlyList<CohortRate> Rows)
    : Figure<CohortRate>(Source, Rows)
{
    private static readonly Columns<CohortRate> Flat = new Columns<CohortRate>()
        .Name("method", row => row.Method)
        .Real("target", row => (double?)row.Target)
        .Real("achieved", row => row.Achieved)
        .Whole("denseRuns", row => row.DenseRuns)
        .Whole("prunedRuns", row => row.PrunedRuns)
        .Whole("examples", row => row.Examples)
        .Whole("pies", row => row.Pies)
        .Real("rate", row => (double?)row.Rate)
        .Real("low", row => (double?)row.Low)
        .Real("high", row => (double?)row.High)
        .Whole("tiedPies", row => row.TiedPies)
        .Flag("collapsed", row => row.Collapsed)
        .Flag("complete", row => row.Complete);

    public override string Title => "PIE rate over sparsity";

    public override FigureWidth UsualWidth => FigureWidth.Page;

    public override string Explanation =>
        $"PIEs per example of each pruned cohort, by the majorities of {Runs}. Bars are 95 % intervals by Wilson over "
        + $"the {Rows.Max(row => row.Examples)} examples, given these cohorts; they do not include the variation of "
        + "seeds. "
        + FloorText
        + (Rows.Sum(row => row.TiedPies) is > 0 and var tied
            ? $" Over all cohorts, a vote is tied on {tied} of {Rows.Sum(row => row.Pies)} PIEs." : "")
        + (Rows.Any(row => !row.Complete) ? " A hollow marker has fewer runs than expected." : "")
        + ComparedCohort.ExplainCollapsed(Rows.Where(row => row.Collapsed).Select(row => (row.Method, row.Target)));

    protected override Columns<CohortRate> Columns => Flat;

    private string Runs =>
        CountText.Of([.. Rows.SelectMany(row => new[] { row.DenseRuns, row.PrunedRuns })], "run") + " of each cohort";

    private string FloorText => Floor switch
    {
        { Kind: { } kind, Mean: { } mean, P05: { } low, P95: { } high } =>
            $"Noise floor: the PIE rate between groups of {Floor.Seeds} dense runs with other seeds, over "
            + $"{Floor.Splits} ways to form them, mean {Percent(mean)} %, 5th to 95th percentile {Percent(low)} to "
            + $"{Percent(high)} %; "
            + (kind == NoiseFloorKind.Halves
                ? "the groups are smaller than the cohort, which mostly overstates it (ties of an even number of runs "
                    + "may understate it). "
                : "the groups are as large as the cohort. ")
            + "The rate of a mild pruning may be below it, since its runs share their seeds with the dense ones.",
        _ => $"There is no noise floor. {Floor?.Reason}",
    };

    public override SheetSize SizeOf(FigureLook look) => Chart(look).Size;

    public override void Draw(ISheet sheet, FigureLook look) => Chart(look).Draw(sheet);

    private static string Percent(double share) => NumberText.Fixed(100 * share, 1);

    private CurveChart Chart(FigureLook look)
    {
        var theme = look.Theme;
        return new()
        {
            Look = look,
            Axis = new(X, [.. Rows.Select(row => row.Target).Distinct()], [.. Rows.Select(ValueOf)]),
            Title = "PIE rate (%)",
            Ticks = Ticks.Around(0, 100 * Math.Max(Rows.Max(row => row.High), Floor?.P95 ?? 0), 5),
            Curves =
            [
                .. from row in Rows
                   orderby row.Method, ValueOf(row)
                   group row by row.Method into method
                   select new Curve(method.Key, [.. method.Select(PointOf)]),
            ],
            Levels = Floor is { Mean: { } mean, P05: { } low, P95: { } high }
                ? [new(
                    "Noise floor: mean, 5th to 95th percentile", 100 * mean, (100 * low, 100 * high), theme.Muted,
                    [0.8, 1.4], theme.Floor, 0.35)]
                : [],
            HasBands = false,
            Meanings =
            [
                new(
                    $"95 % interval over {CountText.Of(Rows.Select(row => row.Examples))} examples (Wilson)",
                    (sheet, box) => sheet.Line(
                        [new(box.CentreX, box.Top), new(box.CentreX, box.Bottom)], new(theme.Muted, 0.8))),
            ],
            Note = Source.Provisional,
        };
    }

    private double ValueOf(CohortRate row) => SparsityAxis.ValueOf(X, row.Target, row.Achieved);

    private CurvePoint PointOf(CohortRate row) => new(
        ValueOf(row), 100 * row.Rate, (100 * row.Low, 100 * row.High), [], !row.Complete, row.Collapsed,
        $"{Wire.Name(row.Method)}, target {NumberText.Percent(row.Target)} %: {row.Pies} of {row.Examples} examples");
}
