using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Pies;

namespace PieService.Api.Figures;

/// <summary>The PIEs that two cohorts share.</summary>
/// <param name="Shared">The number of examples that are PIEs of both.</param>
/// <param name="Jaccard">shared / examples that are PIEs of at least one; null without PIEs.</param>
/// <param name="ExpectedJaccard">The Jaccard index of independent sets of these sizes.</param>
/// <param name="Ratio">shared / its expected value for independent sets; null if a cohort has no PIE.</param>
public sealed record CohortOverlap(
    ComparedCohort First, ComparedCohort Second, int Examples, int FirstPies, int SecondPies, int Shared,
    double? Jaccard, double? ExpectedJaccard, double? Ratio);

/// <summary>The Jaccard index of the PIEs of every two cohorts, as the lower triangle of a matrix.</summary>
public sealed record OverlapFigure(
    FigureSource Source, IReadOnlyList<ComparedCohort> Cohorts, IReadOnlyList<CohortOverlap> Rows)
    : Figure<CohortOverlap>(Source, Rows)
{
    private static readonly Columns<CohortOverlap> Flat = new Columns<CohortOverlap>()
        .Cohort(row => row.First, "first_")
        .Cohort(row => row.Second, "second_")
        .Whole("examples", row => row.Examples)
        .Whole("firstPies", row => row.FirstPies)
        .Whole("secondPies", row => row.SecondPies)
        .Whole("shared", row => row.Shared)
        .Real("jaccard", row => row.Jaccard)
        .Real("expectedJaccard", row => row.ExpectedJaccard)
        .Real("ratio", row => row.Ratio);

    public override string Title => "Overlap of the PIEs";

    public override FigureWidth UsualWidth => FigureWidth.Column;

    public override string Explanation =>
        "Jaccard index of the PIEs of two cohorts: shared PIEs / PIEs of at least one of them. "
        + (ColumnsTitle.Length == 0 ? "" : $"{ColumnsTitle}. ")
        + (Rows.Count == 0 ? "" : $"Of {Rows[0].Examples} examples; independent sets of these sizes would have "
            + $"{Range(row => row.ExpectedJaccard)}. Examples near the border of the {Kind.Baseline} models are PIEs "
            + "of every cohort, so more than this alone is not a finding (GET /sweeps/{id}/overlaps, givenMargin).")
        + (Cohorts.Count < Source.Labelled
            ? $" {Cohorts.Count} of {Source.Labelled} cohorts, spread over their order." : "")
        + ComparedCohort.ExplainCollapsed(Cohorts) + UserText.Explain(ComparedCohort.Names(Cohorts));

    protected override Columns<CohortOverlap> Columns => Flat;

    /// <summary>What the cohorts have in common: their target, or their method; empty if they have neither.</summary>
    private string ColumnsTitle => !Kind.HasTargets ? ""
        : (Cohorts.Select(cohort => cohort.Target).Distinct().ToList(),
            Cohorts.Select(cohort => cohort.Method).Distinct().ToList()) switch
        {
            ([var target], [var method]) => ComparedCohort.NameOf(method, target),
            ([var target], _) => $"Target sparsity {NumberText.Percent(target)} %",
            (_, [var method]) => $"Target sparsity of {Wire.Name(method)} (%)",
            _ => "",
        };

    public override SheetSize SizeOf(FigureLook look) => Map(look).Size;

    public override void Draw(ISheet sheet, FigureLook look) => Map(look).Draw(sheet);

    private CohortKind Kind => Cohorts is [var first, ..] ? first.Kind : CohortKind.Trained;

    private static HeatCell Cell(CohortOverlap row) => row.Jaccard is { } jaccard
        ? new(
            jaccard, NumberText.Fixed(jaccard, 2), $"{row.Shared} shared of {row.FirstPies} and {row.SecondPies}")
        : new(null, "–");

    private string Range(Func<CohortOverlap, double?> value) => Rows.Max(value) is { } most
        ? string.Join(
            " to ", new[] { Rows.Min(value)!.Value, most }.Select(bound => NumberText.Fixed(bound, 2)).Distinct())
        : "none";

    private HeatMap Map(FigureLook look)
    {
        var names = ComparedCohort.Names(Cohorts);
        var pairs = Rows.ToDictionary(row => (row.First, row.Second), Cell);
        List<IReadOnlyList<HeatCell?>> cells =
        [
            .. from second in Cohorts.Index()
               select (IReadOnlyList<HeatCell?>)
               [
                   .. from first in Cohorts.Take(second.Index + 1)
                      select first == second.Item ? new HeatCell(null, "") : pairs[(first, second.Item)],
               ],
        ];
        var greatest = Rows.Max(row => row.Jaccard) ?? 0;
        return new(
            look, names, names, cells, Ticks.Around(0, Math.Max(greatest, 0.1), 4)[^1].Value, "", ColumnsTitle,
            "Jaccard index", Source.Provisional);
    }
}
