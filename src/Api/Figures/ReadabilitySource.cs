using PieService.Api.Comparisons;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>Reads how the texts of the PIEs of one comparison differ from the other texts.</summary>
public sealed class ReadabilitySource()
    : SweepFigure("readability", "Texts of the PIEs", "model", "methods", "baseline", "split", "sparsity")
{
    /// <summary>Those that the study reports, and the length of the texts.</summary>
    private static readonly TextMeasure[] Shown =
    [
        TextMeasure.FleschReadingEase, TextMeasure.FleschKincaidGrade, TextMeasure.GunningFog, TextMeasure.SmogIndex,
        TextMeasure.AutomatedReadabilityIndex, TextMeasure.ColemanLiauIndex, TextMeasure.LinsearWriteFormula,
        TextMeasure.DaleChallReadabilityScore, TextMeasure.Words, TextMeasure.Sentences, TextMeasure.MeanWordLength,
    ];

    public override string? WhyNot(FigureScope scope) =>
        scope.Comparisons.Any(HasBothGroups) ? null
            : "The texts of PIEs are compared with those of the other examples, and no labelled comparison has at "
                + $"least {TextDifference.FewestTexts} of each.";

    protected override async Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        OneMethod(query, "the figure is about the PIEs of one comparison");
        var selected = (scope with { Comparisons = [.. scope.Comparisons.Where(HasBothGroups)] })
            .Select(query, Split.Test);
        // The strongest pruning of the first method has the most PIEs.
        var comparison = selected.Meaningful.GroupBy(row => row.Method).First().MaxBy(row => row.Sparsity)!;
        var effects = await ComparisonTexts.EffectsAsync(
            db, comparison, scope.Sweep.DatasetId, PairPart.Joined, SyllableRule.Hyphenation, cancellation);
        List<MeasureRatio> rows =
        [
            .. from measure in Shown
               join effect in effects on measure equals effect.Measure
               let row = TextResponse.Of(effect)
               where row.Ratio is not null
               select new MeasureRatio(
                   measure, row.Pies, row.Rest, row.Ratio!.Value, row.Ratio.Low, row.Ratio.High, row.Q),
        ];
        if (rows.Count == 0)
            throw new FigureMissingException(
                $"The examples of the split {Wire.Name(comparison.Split)} have no texts that can be measured.");
        var summary = comparison.Summary!;
        return new ReadabilityFigure(
            (selected with { Comparisons = [comparison] }).Source, ComparedCohort.Of(comparison), summary.Pies,
            summary.Examples - summary.Pies, effects.Count(effect => effect.Q is not null), rows);
    }

    /// <summary>Whether a comparison has enough PIEs and enough other examples for an interval of a ratio.</summary>
    private static bool HasBothGroups(Comparison comparison) =>
        comparison.Summary is { } summary && summary.Pies >= TextDifference.FewestTexts
            && summary.Examples - summary.Pies >= TextDifference.FewestTexts;
}
