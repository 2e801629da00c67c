using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>Lists the predictions of a run for the examples of a split, in the order of the examples.</summary>
/// <remarks>
/// By default the predictions are those of the model after its last epoch, in evaluation mode. Scores are logits in
/// label order, stored as float16.
/// </remarks>
public sealed class PredictionTable()
    : Table<PredictionFilter, PredictionTable.Scope, PredictionResponse>("run", "predictions")
{
    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, PredictionFilter filter, CancellationToken cancellation)
    {
        var stored = await (from run in db.Runs
                            join dataset in db.Datasets on run.DatasetId equals dataset.Id
                            where run.Id == id
                            select new
                            {
                                Run = run,
                                dataset.Task,
                                dataset.Labels,
                            }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        return stored is null ? null
            : new Scope(
                new RunScope(stored.Run), stored.Task, stored.Labels, await PackedAsync(db, id, filter, cancellation));
    }

    public override Rows<PredictionResponse> Rows(PieDbContext db, Scope scope, PredictionFilter filter)
    {
        if (scope.Packed is not { } packed) return new ListRows<PredictionResponse>([]);
        return new PredictionRows(db, scope, packed, filter.Split)
        {
            LengthOf = item => AnswerLength.OfScores(item.Scores?.Count ?? 0) + (item.Answer?.Length ?? 0),
        };
    }

    public override Columns<PredictionResponse> Columns(Scope scope) => new Columns<PredictionResponse>()
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Labels("predicted", scope.Task, row => row.Predicted)
        .Text("answer", row => row.Answer)
        .ForEach(scope.Labels, (columns, label, index) => columns.Real($"scores_{label}", row => row.Scores?[index]));

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    public override Task<IReadOnlyList<string>> TrainedByAsync(
        PieDbContext db, Scope scope, CancellationToken cancellation) =>
        Task.FromResult(scope.Of.TrainedBy);

    public override string FileName(Guid id, PredictionFilter filter) =>
        $"{base.FileName(id, filter)}-{Wire.Name(filter.Split)}";

    private static Task<Packed?> PackedAsync(
        PieDbContext db, Guid run, PredictionFilter filter, CancellationToken cancellation) => filter.Epoch is { } epoch
        ? db.RunObservations.Where(o => o.RunId == run && o.Epoch == epoch)
            .Select(o => new Packed(o.ClassCount, o.Classes, o.Scores)).SingleOrDefaultAsync(cancellation)
        : db.RunPredictions.Where(p => p.RunId == run && p.Split == filter.Split)
            .Select(p => new Packed(p.ClassCount, p.Classes, p.Scores)).SingleOrDefaultAsync(cancellation);

    /// <param name="Packed">The stored predictions; null if the run has not predicted the split.</param>
    public sealed record Scope(RunScope Of, LearningTask Task, string[] Labels, Packed? Packed);

    public sealed record Packed(int ClassCount, byte[] Classes, byte[]? Scores);
}

public sealed record PredictionFilter : TableQuery
{
    /// <summary>The split whose predictions are returned.</summary>
    public Split Split { get; init; } = Split.Test;

    /// <summary>
    /// An observed epoch (0-based) of a dense run, with split=train. By default the last epoch is used.
    /// </summary>
    public int? Epoch { get; init; }

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (Epoch is not null && Split != Split.Train)
        {
            yield return new(
                "epoch",
                "requires split=train: the predictions after an earlier epoch are kept for the training split only");
        }
    }
}

/// <param name="Predicted">The predicted labels; exactly one for single-label data.</param>
/// <param name="Scores">The logits in label order, in evaluation mode after the epoch; null for imported predictions
/// without scores.</param>
/// <param name="Answer">The open answer of imported predictions that an evaluation judged; null for others.</param>
public sealed record PredictionResponse(
    Guid ExampleId, int Position, string SourceId, IReadOnlyList<string> Predicted, IReadOnlyList<float>? Scores,
    string? Answer);
