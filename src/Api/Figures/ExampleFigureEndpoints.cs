using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

public static class ExampleFigureEndpoints
{
    private const int MostOfText = 200;

    private static readonly string[] Parameters = ["model", "methods", "baseline"];

    public static void MapExampleFigures(this IEndpointRouteBuilder routes)
    {
        var figures = routes.MapGroup("/sweeps/{id:guid}/examples/{exampleId:guid}/figures").WithTags("Figures");
        figures.MapGet("/trajectory", Get).WithName("getTrajectory").ProducesProblem(404).ProducesProblem(409);
        figures.MapGet("/trajectory.{format}", GetFile).WithName("getTrajectoryFile").ProducesProblem(404)
            .ProducesProblem(409).WithMetadata(new FigureFileMetadata());
    }

    /// <summary>Returns the caption and the data of the figure of the votes on one example.</summary>
    /// <remarks>
    /// The first row is the dense cohort, followed by the labelled comparisons of one model and one baseline on the
    /// split of the example. Only single-label data have this figure.
    /// </remarks>
    private static async Task<Results<Ok<FigureResponse>, ProblemHttpResult>> Get(
        Guid id, Guid exampleId, Query<FigureQuery> query, HttpRequest request, PieDbContext db,
        CancellationToken cancellation)
    {
        var (figure, problem) = await ReadAsync(id, exampleId, query.Value, [], request, db, cancellation);
        return figure is null ? problem! : TypedResults.Ok(FigureResponse.Of("trajectory", figure));
    }

    /// <summary>Returns the votes on one example, by method and sparsity, as an SVG, PNG, PDF or CSV file.</summary>
    /// <remarks>The format is the extension. The ETag is a hash of the bytes.</remarks>
    internal static async Task<Results<FigureFile, ProblemHttpResult>> GetFile(
        Guid id, Guid exampleId, string format, Query<FigureQuery> query, HttpRequest request, PieDbContext db,
        CancellationToken cancellation)
    {
        if (!Wire.TryParse<FigureFormat>(format, out var known)) return FigureProblems.UnknownFormat(format);
        var (figure, problem) = await ReadAsync(
            id, exampleId, query.Value, known.Parameters(), request, db, cancellation);
        return figure is null ? problem! : new FigureFile($"trajectory-{exampleId}", figure, known, query.Value);
    }

    private static async Task<(Figure? Figure, ProblemHttpResult? Problem)> ReadAsync(
        Guid id, Guid exampleId, FigureQuery query, IReadOnlyList<string> ofFormat, HttpRequest request,
        PieDbContext db, CancellationToken cancellation)
    {
        FigureProblems.ThrowIfNotUsed(request, Parameters, ofFormat);
        if (await FigureScope.FindAsync(db, id, cancellation) is not { } scope)
            return (null, Problems.NotFound("sweep", id));
        var example = await db.Examples.AsNoTracking().SingleOrDefaultAsync(
            found => found.Id == exampleId && found.DatasetId == scope.Sweep.DatasetId, cancellation);
        if (example is null) return (null, Problems.NotFound("example of this sweep's dataset", exampleId));
        if (scope.Task == LearningTask.MultiLabel)
            return (null, Problems.Conflict(
                "The votes of multi-label data are not shares of the runs. GET /sweeps/{id}/examples/{exampleId} has "
                + "the votes for each label."));
        if (scope.Comparisons.All(comparison => comparison.Summary is null || comparison.Split != example.Split))
            return (null, Problems.Conflict(
                $"No comparison on the split {Wire.Name(example.Split)} is labelled, so the example has no votes."));
        var selected = scope.Select(query with { Split = example.Split }, example.Split);
        var numbers = selected.Labelled.Select(comparison => comparison.Number).ToHashSet();
        var labels = await LabelsOf(db, id, example.Split, example.Position).AsNoTracking().AsAsyncEnumerable()
            .Where(label => numbers.Contains(label.ComparisonNumber))
            .ToDictionaryAsync(label => label.ComparisonNumber, cancellationToken: cancellation);
        if (labels.Count == 0)
            return (null, Problems.Conflict("No comparison that the parameters select is labelled yet."));
        return (Figure(scope, selected, example, labels), null);
    }

    /// <summary>
    /// The labels of an example in all comparisons of a sweep, each found by one lookup in the part that has it.
    /// </summary>
    public static IQueryable<PieLabel> LabelsOf(PieDbContext db, Guid sweepId, Split split, int position) =>
        from comparison in db.Comparisons
        join label in db.PieLabels on comparison.Number equals label.ComparisonNumber
        where comparison.SweepId == sweepId && comparison.Split == split && label.Position == position
        select label;

    private static TrajectoryFigure Figure(
        FigureScope scope, SelectedCohorts selected, Example example, IReadOnlyDictionary<int, PieLabel> labels)
    {
        var compared = selected.Labelled.Where(comparison => labels.ContainsKey(comparison.Number)).ToList();
        // A provisional comparison may have fewer dense runs than the cohort.
        var dense = labels.Values.MaxBy(label => label.DenseRuns)!;
        IReadOnlyList<CohortVotesRow> rows =
        [
            new(null, dense.DenseRuns, false, dense.DenseTied, Votes(dense.DenseVotes)),
            .. from comparison in compared
               let label = labels[comparison.Number]
               select new CohortVotesRow(
                   ComparedCohort.Of(comparison), label.PrunedRuns, label.IsPie, label.PrunedTied,
                   Votes(label.PrunedVotes)),
        ];
        var gold = scope.Labels[example.Labels[0]];
        return new(
            selected.Source, example.Id, example.Position,
            example.Text.Length <= MostOfText ? example.Text : $"{example.Text[..MostOfText]}…", gold, dense.El2n,
            dense.InfluenceBin,
            [
                .. scope.Labels.Select((name, index) => (
                    Label: new UserText(name, $"label {index + 1}"),
                    Votes: rows.Sum(row => row.Votes.GetValueOrDefault(name))))
                    .Where(label => label.Votes > 0 || label.Label.Text == gold)
                    .OrderBy(label => label.Label.Text != gold).ThenByDescending(label => label.Votes)
                    .Select(label => label.Label),
            ],
            rows);

        Dictionary<string, int> Votes(byte[] packed) => scope.Labels
            .Select((name, c) => (name, votes: PackedVotes.Of(packed, c))).Where(label => label.votes > 0)
            .ToDictionary(label => label.name, label => label.votes);
    }
}
