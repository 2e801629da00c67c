using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>Reads the PIE rates of the classes of one method, or of all cohorts of imported predictions.</summary>
public sealed class ClassesSource()
    : SweepFigure("classes", "PIE rate of the classes", "model", "methods", "baseline", "split", "labels")
{
    /// <summary>More classes would need more than a page.</summary>
    private const int MostClasses = 20;

    public override string? WhyNot(FigureScope scope) =>
        scope.Comparisons.Any(comparison => comparison.Summary is not null
            && scope.Splits.Any(split => split.Split == comparison.Split
                && split.PerLabel.Any(examples => examples >= ClassesFigure.FewestExamples)))
            ? null
            : $"Each class has fewer than {ClassesFigure.FewestExamples} examples on the split of the comparisons, "
                + "which is too few for a rate. GET /sweeps/{id}/classes has their PIEs.";

    protected override async Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation)
    {
        OneMethod(query, "the columns are its sparsities");
        var selected = scope.Select(query, Split.Test);
        if (selected.Labelled.FirstOrDefault() is { } first && first.Kind.HasTargets)
            selected = selected.OfMethod(first.Method);
        var ids = selected.Labelled.Select(comparison => comparison.Id).ToList();
        var scores = await db.ClassScores.Where(found => ids.Contains(found.ComparisonId)).AsNoTracking()
            .ToDictionaryAsync(found => found.ComparisonId, found => found.Classes, cancellation);
        var compared = selected.Labelled.Where(comparison => scores.ContainsKey(comparison.Id)).ToList();
        var classes = compared.Count == 0 ? [] : Chosen(scope.Labels, query.Labels, c =>
            scores[compared[0].Id][c].Examples);
        return new ClassesFigure(
            selected.Source, scope.Labels.Length,
            [
                .. from c in classes
                   from comparison in compared
                   let score = scores[comparison.Id][c]
                   select new ClassRate(
                       scope.Labels[c], c + 1, ComparedCohort.Of(comparison), score.Examples, score.Pies,
                       score.Examples == 0 ? null : (double)score.Pies / score.Examples),
            ]);
    }

    /// <param name="examples">The number of examples of a class.</param>
    private static IReadOnlyList<int> Chosen(string[] labels, string? asked, Func<int, int> examples)
    {
        if (asked is null)
            return [.. Enumerable.Range(0, labels.Length).OrderByDescending(examples).Take(MostClasses)];
        var names = SeparatedLabels.Of(asked, labels).Distinct().ToList();
        if (names.Count > MostClasses)
            throw new InvalidRequestException([new("labels", $"must be at most {MostClasses} classes")]);
        return [.. names.Select(name => Array.IndexOf(labels, name) is >= 0 and var c ? c
            : throw new InvalidRequestException([new("labels", $"{name} is not a label of the dataset")]))];
    }
}
