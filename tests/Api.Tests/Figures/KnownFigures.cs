using PieService.Api.Figures;
using PieService.Api.Figures.Drawing;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Figures;

/// <summary>Figures of fixed data, which need no database.</summary>
internal static class KnownFigures
{
    private static readonly Method[] Methods =
    [
        Method.Imp, Method.ImpWr, Method.MpAi, Method.Iibp, Method.IibpWr, Method.IbpAi, Method.Irp, Method.IrpWr,
        Method.RpAi,
    ];

    public static FigureSource Source { get; } = new(
        Guid.Parse("01a20bed-4ca9-7100-9a2d-d0dd2c7edd1f"), "a <b>&\" sweep 🎉",
        Guid.Parse("01a20bed-4716-70a4-8503-556efc38bc64"), "reviews", "sha256:0123", "bilstm", Method.Dense,
        Split.Test, Protocol.Sound, PruningScope.LayerWise, 18, 17, 16);

    public static IReadOnlyDictionary<string, Figure> All { get; } = new Dictionary<string, Figure>
    {
        ["effectiveness"] = Effectiveness(Methods, [50, 90], runs: 30),
        ["effectiveness-of-two-runs"] = Effectiveness([Method.Imp], [90], runs: 2),
        ["pie-rate"] = PieRate(Methods, [50, 90, 99.5m]),
        ["classes"] = Classes(["no", "猫", "a label with a name that is much too long for its row, and <b>&\""], 5),
        ["classes-of-fifty-targets"] = Classes(["no", "yes"], 50),
        ["overlap"] = Overlap(Methods),
        ["influence"] = Influence([Method.Imp, Method.Iibp, Method.RpAi]),
        ["readability"] = Readability(),
        ["map"] = Map(),
        ["trajectory"] = Trajectory(Methods, [50, 90]),
        ["trajectory-of-one-label"] = Trajectory([Method.Imp, Method.RpAi], [50, 90]) with
        {
            Gold = ["maybe", "yes"],
            Labels = [new("yes", "label 2")],
            IsOfOneLabel = true,
        },
    };

    public static FigureLook Look(Figure figure, FigureWidth? width = null) =>
        new(width ?? figure.UsualWidth, Theme.Light);

    public static EffectivenessFigure Effectiveness(
        IEnumerable<Method> methods, IReadOnlyList<decimal> targets, int runs) =>
        new(
            Source, ScoreMetric.Accuracy, SparsityScale.Achieved,
            [
                Score(Method.Dense, null, runs, 0.88),
                .. from method in methods
                   from target in targets
                   select Score(method, target, runs, 0.9 - ((double)target * 0.001) - ((int)method * 0.01)),
            ]);

    public static PieRateFigure PieRate(IEnumerable<Method> methods, IReadOnlyList<decimal> targets) =>
        new(
            Source, SparsityScale.Achieved,
            new NoiseFloor(NoiseFloorKind.SecondCohort, 30, 100, 0.09, 0.01, 0.08, 0.09, 0.1, null),
            [
                .. from method in methods
                   from target in targets
                   let pies = (int)((2 * target) + (int)method)
                   select new CohortRate(
                       method, target, (double)target - 0.25, 30, 30, 1000, pies, pies / 1000.0, pies / 1100.0,
                       pies / 900.0, 1, method == Method.RpAi && target > 99, target != 90),
            ]);

    public static ClassesFigure Classes(IReadOnlyList<string> labels, int targets) =>
        new(
            Source, 10_000,
            [
                .. from label in labels.Index()
                   from target in Enumerable.Range(1, targets)
                   let examples = label.Index == 0 ? 9 : 200
                   select new ClassRate(
                       label.Item, label.Index + 1, Cohort(Method.Imp, target), examples, target, target / 200.0),
            ]);

    private static OverlapFigure Overlap(IReadOnlyList<Method> methods)
    {
        List<ComparedCohort> cohorts = [.. methods.Select(method => Cohort(method, 90))];
        return new(
            Source with { Labelled = cohorts.Count }, cohorts,
            [
                .. from second in cohorts.Index()
                   from first in cohorts.Take(second.Index)
                   let jaccard = 1.0 / (1 + (int)second.Item.Method - (int)first.Method)
                   select new CohortOverlap(first, second.Item, 1000, 100, 100, 50, jaccard, 0.05, 5),
            ]);
    }

    private static InfluenceFigure Influence(IReadOnlyList<Method> methods) =>
        new(
            Source, 0, 30,
            [
                .. from method in methods
                   from bin in Enumerable.Range(1, 20)
                   let share = bin / 40.0
                   select new BinRate(
                       Cohort(method, 90), bin, 100, 0.1 * bin, (int)(100 * share), share, share / 1.1, share * 1.1),
            ]);

    private static MapFigure Map()
    {
        var grid = new HexagonGrid(TrainingMap.Across);
        // More examples at the top left, and more PIEs at the right.
        for (var i = 0; i < 20_000; i++)
        {
            var (x, y) = (i % 200 / 199.0, i / 200 / 99.0);
            grid.Add(x * y, (1 - (y * y)) * TrainingMap.Height, i % 97 < 30 * x * y);
        }
        return new MapFigure(
            Source, Cohort(Method.MpAi, 90), [0, 1], 30, 20_000,
            [
                .. grid.Cells.Select(cell => new MapCell(
                    cell.X * TrainingMap.MostVariability, cell.Y / TrainingMap.Height, cell.Points, cell.Marked)),
            ]);
    }

    private static ReadabilityFigure Readability() =>
        new(
            Source, Cohort(Method.Imp, 90), 100, 900, 23,
            [
                new(TextMeasure.FleschReadingEase, 60, 64, 1.07, 1.02, 1.12, 0.01),
                new(TextMeasure.GunningFog, 9, 9.1, 0.99, 0.95, 1.03, 0.4),
                new(TextMeasure.MeanWordLength, 4, 4, 1, 0.98, 1.02, 0.4),
                new(TextMeasure.Words, 20, 18, 1.11, 1.05, 1.17, 0.01),
                new(TextMeasure.SmogIndex, 0.03, 0.01, 3, 0.9, 9.5, 0.4),
            ]);

    private static TrajectoryFigure Trajectory(IReadOnlyList<Method> methods, IReadOnlyList<decimal> targets) =>
        new(
            Source, Guid.Parse("7fc4cf93-d35b-83a7-8e90-4b1bad946dff"), 17, "a fine film", ["no"], 0.5, 12,
            [new("no", "label 1"), new("yes", "label 2"), new("猫", "label 3")],
            [
                new(null, 30, false, false, false, new Dictionary<string, int> { ["no"] = 30 }),
                .. from method in methods
                   from target in targets
                   let wrong = (int)(target / 10) + (int)method
                   select new CohortVotesRow(
                       Cohort(method, target), 30, wrong > 15, wrong > 15, wrong == 15,
                       new Dictionary<string, int> { ["no"] = 30 - wrong, ["yes"] = wrong - 2, ["猫"] = 2 }),
            ]);

    private static ComparedCohort Cohort(Method method, decimal target) => new(
        Guid.Empty, method, target, null, Collapsed: method == Method.RpAi);

    private static CohortScore Score(Method method, decimal? target, int runs, double mean) => new(
        method, target, (double?)target - 1, 0.1, runs, mean, 0.02, runs < 3 ? null : mean - 0.01,
        runs < 3 ? null : mean + 0.01, method == Method.RpAi, target != 90);
}
