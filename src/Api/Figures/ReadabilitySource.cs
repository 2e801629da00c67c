using PieService.Api.Comparisons;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
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

    public override string? WhyNot(FigureScope scope) => null;

    public override async Task<Figure> ReadAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        var selected = scope.Select(query, Split.Test);
        // The strongest pruning of the first method has the most PIEs.
        var comparison = selected.Labelled.GroupBy(row => row.Method).FirstOrDefault()?.MaxBy(row => row.Sparsity)
            ?? throw new Http.InvalidRequestException([new("methods", "select no comparison that is labelled")]);
        var effects = await ComparisonTexts.EffectsAsync(
            db, comparison, scope.Sweep.DatasetId, PairPart.Joined, SyllableRule.Hyphenation, cancellation);
        var summary = comparison.Summary!;
        return new ReadabilityFigure(
            (selected with { Comparisons = [comparison] }).Source, ComparedCohort.Of(comparison), summary.Pies,
            summary.Examples - summary.Pies, effects.Count,
            [
                .. from measure in Shown
                   join effect in effects on measure equals effect.Measure
                   let row = TextResponse.Of(effect)
                   where row.Ratio is not null
                   select new MeasureRatio(
                       measure, row.Pies, row.Rest, row.Ratio!.Value, row.Ratio.Low, row.Ratio.High, row.Q),
            ]);
    }
}
