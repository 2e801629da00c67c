using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>Lists the predictions of all runs for one example.</summary>
/// <remarks>
/// The runs are all finished runs of the example's dataset that predicted its split; with sweepId, only the runs of
/// that sweep.
/// </remarks>
public sealed class ExamplePredictionTable()
    : Table<ExamplePredictionFilter, ExamplePredictionTable.Scope, ExamplePredictionResponse>("example", "predictions")
{
    private static readonly Order<Prediction> ByRun = Order<Prediction>.By(row => row.RunId);

    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, ExamplePredictionFilter filter, CancellationToken cancellation)
    {
        var scope = await (from example in db.Examples
                           join dataset in db.Datasets on example.DatasetId equals dataset.Id
                           where example.Id == id
                           select new Scope(
                               id, example.DatasetId, filter.SweepId, dataset.Task, dataset.Labels, example.Split,
                               example.Position, example.Labels))
            .SingleOrDefaultAsync(cancellation);
        if (scope is not null && filter.SweepId is { } sweepId
            && !await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation))
            throw new InvalidRequestException([new("sweepId", "is not the id of an existing sweep")]);
        return scope;
    }

    public override Rows<ExamplePredictionResponse> Rows(PieDbContext db, Scope scope, ExamplePredictionFilter filter)
    {
        var (split, start) = (scope.Split, RunAnswers.StartOf(scope.Position));
        var (place, sweep) = (scope.Position - start, scope.SweepId);
        var predictions = db.PredictionsFor(scope.DatasetId, scope.Task, split, scope.Position);
        var runs = from run in db.Runs
                   where run.DatasetId == scope.DatasetId
                       && (sweep == null || db.SweepRuns.Any(link => link.SweepId == sweep && link.RunId == run.Id))
                       && db.RunPredictions.Any(packed => packed.RunId == run.Id && packed.Split == split)
                   select new Prediction { RunId = run.Id };
        return new QueryRows<Prediction, ExamplePredictionResponse>(
            runs, ByRun, row => ExamplePredictionResponse.Of(row.Answer!, scope, row.Model!, row.Text))
        {
            Complete = rows =>
                Completed(from row in rows join answer in predictions on row.RunId equals answer.RunId select answer),
            // These runs have predictions, so none of them needs to be looked up before.
            All = Completed(predictions),
            LengthOf = item => AnswerLength.OfScores(item.Scores?.Count ?? 0) + (item.Answer?.Length ?? 0),
            // The scores of all items have the same length.
            Block = 1 + (AnswerLength.Most / AnswerLength.OfScores(scope.Labels.Length)),
        };

        IQueryable<Prediction> Completed(IQueryable<ExamplePrediction> answers) =>
            from answer in answers
            join link in db.SweepRuns
                on new { answer.RunId, SweepId = sweep ?? answer.SweepId } equals new { link.RunId, link.SweepId }
            join stored in db.RunAnswers.Where(stored => stored.Split == split && stored.Start == start)
                on answer.RunId equals stored.RunId into texts
            from text in texts.DefaultIfEmpty()
            select new Prediction
            {
                RunId = answer.RunId,
                Model = link.Model,
                Answer = answer,
                Text = text.Texts[place],
            };
    }

    public override Columns<ExamplePredictionResponse> Columns(Scope scope) => new Columns<ExamplePredictionResponse>()
        .Id("runId", row => row.RunId)
        .Text("model", row => row.Model)
        .Name("architecture", row => row.Architecture)
        .Text("protocol", row => row.Protocol is { } protocol ? Wire.Name(protocol) : null)
        .Name("method", row => row.Method)
        .Text("scope", row => row.Scope is { } scope ? Wire.Name(scope) : null)
        .Real("sparsity", row => (double)row.Sparsity)
        .Text("cohort", row => row.Cohort)
        .Real("achievedSparsity", row => row.AchievedSparsity)
        .Whole("seed", row => row.Seed)
        .Labels("predicted", scope.Task, row => row.Predicted)
        .Flag("correct", row => row.Correct)
        .Text("answer", row => row.Answer)
        .ForEach(scope.Labels, (columns, label, index) => columns.Real($"scores_{label}", row => row.Scores?[index]));

    public override Provenance Provenance(Scope scope) => scope.SweepId is { } sweepId
        ? new(("example", scope.Id), ("sweep", sweepId), ("dataset", scope.DatasetId))
        : new(("example", scope.Id), ("dataset", scope.DatasetId));

    /// <param name="SweepId">The sweep in the request, if any.</param>
    public sealed record Scope(
        Guid Id, Guid DatasetId, Guid? SweepId, LearningTask Task, string[] Labels, Split Split, int Position,
        short[] Gold)
    {
        /// <summary>Whether classes, in ascending order, are exactly the gold labels.</summary>
        public bool IsGold(int[] classes) => classes.SequenceEqual(Gold.Order().Select(c => (int)c));
    }

    /// <summary>A run, and its prediction once that is read.</summary>
    private sealed record Prediction
    {
        public required Guid RunId { get; init; }

        /// <summary>
        /// The name of the model in the requested sweep, or else in the sweep that the run belongs to.
        /// </summary>
        public string? Model { get; init; }
        public ExamplePrediction? Answer { get; init; }

        /// <summary>The open answer.</summary>
        public string? Text { get; init; }
    }
}

public sealed record ExamplePredictionFilter : TableQuery
{
    /// <summary>The id of a sweep. Only the predictions of its runs are returned.</summary>
    public Guid? SweepId { get; init; }
}

/// <param name="Model">
/// The name of the model in the requested sweep, or else in the sweep that first requested the run.
/// </param>
/// <param name="Protocol">Null, like scope, for imported predictions.</param>
/// <param name="Scope">The weights that a pruning compares: those of a layer, or of the whole model.</param>
/// <param name="Cohort">The name of the cohort of imported predictions.</param>
/// <param name="Predicted">The predicted labels; exactly one for single-label data.</param>
/// <param name="Correct">Whether the predicted labels are exactly the gold labels.</param>
/// <param name="Scores">The logits in label order; null for imported predictions without scores.</param>
/// <param name="Answer">The open answer of imported predictions that an evaluation judged; null for others.</param>
public sealed record ExamplePredictionResponse(
    Guid RunId, string Model, Architecture Architecture, Protocol? Protocol, Method Method, PruningScope? Scope,
    decimal Sparsity, string? Cohort, double? AchievedSparsity, int Seed, IReadOnlyList<string> Predicted, bool Correct,
    IReadOnlyList<float>? Scores, string? Answer)
{
    public static ExamplePredictionResponse Of(
        ExamplePrediction prediction, ExamplePredictionTable.Scope about, string model, string? answer)
    {
        var predicted = prediction.ClassesOf(about.Task);
        return new(
            prediction.RunId, model, prediction.Architecture, prediction.Protocol, prediction.Method,
            prediction.Scope, prediction.Sparsity, prediction.Cohort, prediction.AchievedSparsity, prediction.Seed,
            Array.ConvertAll(predicted, c => about.Labels[c]), about.IsGold(predicted), prediction.Logits, answer);
    }
}
