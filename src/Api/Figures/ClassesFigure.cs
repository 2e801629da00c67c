using PieService.Api.Figures.Drawing;
using PieService.Api.Tables;

namespace PieService.Api.Figures;

/// <summary>The PIE rate of a class in a comparison.</summary>
/// <param name="Number">The number of the class in the dataset, from 1.</param>
/// <param name="Examples">The number of examples with this gold label.</param>
/// <param name="Pies">The number of PIEs among them.</param>
/// <param name="Rate">pies / examples, in [0, 1]; null without examples.</param>
public sealed record ClassRate(
    string Label, int Number, ComparedCohort Cohort, int Examples, int Pies, double? Rate);

/// <summary>The PIE rates of the classes as a heat map: a row for each class, a column for each cohort.</summary>
/// <param name="Classes">The number of classes of the dataset, of which some may be left out.</param>
public sealed record ClassesFigure(FigureSource Source, int Classes, IReadOnlyList<ClassRate> Rows)
    : Figure<ClassRate>(Source, Rows)
{
    /// <summary>The rate of fewer examples says too little for a colour.</summary>
    internal const int FewestExamples = 10;

    private static readonly Columns<ClassRate> Flat = new Columns<ClassRate>()
        .Text("label", row => row.Label)
        .Cohort(row => row.Cohort)
        .Whole("examples", row => row.Examples)
        .Whole("pies", row => row.Pies)
        .Real("rate", row => row.Rate);

    public override string Title => "PIE rate of the classes";

    public override FigureWidth UsualWidth => FigureWidth.Column;

    public override string Explanation =>
        "PIEs per 100 examples with the gold label, "
        + (Rows.Count > 0 && Rows[0].Cohort.Kind.HasTargets
            ? $"{Domain.Wire.Name(Rows[0].Cohort.Method)} by target sparsity. " : "by cohort. ")
        + $"{Labels.Count} of {Classes} classes; examples: "
        + $"{string.Join(", ", Labels.Select(row => $"{row.Label} ({row.Examples})"))}. "
        + $"A class with fewer than {FewestExamples} examples is grey, without a number."
        + ComparedCohort.ExplainCollapsed(Cohorts) + UserText.Explain([.. Names, .. ColumnNames]);

    protected override Columns<ClassRate> Columns => Flat;

    private IReadOnlyList<ClassRate> Labels => [.. Rows.DistinctBy(row => row.Number)];

    private IReadOnlyList<ComparedCohort> Cohorts => [.. Rows.Select(row => row.Cohort).Distinct()];

    private bool HasTargets => Cohorts.All(cohort => cohort.Kind.HasTargets);

    private IReadOnlyList<UserText> ColumnNames =>
        HasTargets
            ? [
                .. Cohorts.Select(cohort => NumberText.Percent(cohort.Target) + cohort.Mark)
                    .Select(text => new UserText(text, text)),
            ]
            : ComparedCohort.Names(Cohorts);

    private IReadOnlyList<UserText> Names =>
        [.. Labels.Select(row => new UserText(row.Label, $"label {row.Number}"))];

    public override SheetSize SizeOf(FigureLook look) => Map(look).Size;

    public override void Draw(ISheet sheet, FigureLook look) => Map(look).Draw(sheet);

    private static HeatCell Cell(ClassRate row) => row.Examples < FewestExamples || row.Rate is not { } rate
        ? new(null, "–", $"{row.Label}: {row.Examples} examples")
        : new(
            100 * rate, NumberText.Fixed(100 * rate, 1), $"{row.Label}: {row.Pies} of {row.Examples} examples",
            NumberText.Fixed(100 * rate, 0));

    private HeatMap Map(FigureLook look)
    {
        List<IReadOnlyList<HeatCell?>> cells =
            [.. Rows.GroupBy(row => row.Number).Select(row => (IReadOnlyList<HeatCell?>)[.. row.Select(Cell)])];
        var greatest = cells.SelectMany(row => row).Max(cell => cell?.Value) ?? 0;
        return new(
            look, Names, ColumnNames, cells, Ticks.Around(0, Math.Max(greatest, 1), 4)[^1].Value, "Gold label",
            HasTargets ? $"Target sparsity of {Domain.Wire.Name(Cohorts[0].Method)} (%)" : "", "PIE rate (%)",
            Source.Provisional);
    }
}
