using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>Lists the predictions of all runs of a sweep for the examples of a split.</summary>
/// <remarks>
/// The runs are in the order of the sweep's request, and the predictions of a run in the order of the examples. A run
/// that has not predicted the split is left out. A Parquet file has a row group for each run, or several if the split
/// is long. With runs, a file contains the predictions of as many runs, and its header Link has the address of the next
/// file (rel="next"), in which after is the last run of this one. The files of one table have the same columns, so they
/// can be read together.
/// </remarks>
public sealed class SweepPredictionTable()
    : Table<SweepPredictionFilter, SweepPredictionTable.Scope, SweepPredictionResponse>("sweep", "predictions")
{
    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, SweepPredictionFilter filter, CancellationToken cancellation)
    {
        var scope = await (from sweep in db.Sweeps
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where sweep.Id == id
                           select new Scope(
                               new SweepScope(sweep.Id, sweep.DatasetId, sweep.Foreign != null), dataset.Task,
                               dataset.Labels)
                           {
                               HasAnswers = sweep.Foreign != null && db.SweepRuns.Any(link =>
                                   link.SweepId == id && db.RunAnswers.Any(answers => answers.RunId == link.RunId)),
                           })
            .SingleOrDefaultAsync(cancellation);
        if (scope is not null && filter.After is { } after)
            scope = scope with { After = await PlaceAsync(db, id, after, cancellation) };
        return scope is not null && filter.Runs is { } most
            ? await BoundedAsync(db, scope, filter, most, cancellation) : scope;
    }

    public override Rows<SweepPredictionResponse> Rows(PieDbContext db, Scope scope, SweepPredictionFilter filter) =>
        new SweepPredictionRows(db, scope, filter)
        {
            LengthOf = row => AnswerLength.OfScores(scope.Labels.Length) + (row.Answer?.Length ?? 0),
        };

    public override Columns<SweepPredictionResponse> Columns(Scope scope) => new Columns<SweepPredictionResponse>()
        .Id("runId", row => row.RunId)
        .Text("model", row => row.Model)
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Text("cohort", row => row.Cohort)
        .Real("achievedSparsity", row => row.AchievedSparsity)
        .Whole("seed", row => row.Seed)
        .Name("split", row => row.Split)
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Gold(scope.Task, row => row.Labels)
        .Labels("predicted", scope.Task, row => row.Predicted)
        .Text("answer", row => row.Answer)
        .ForEach(scope.Labels, (columns, label, index) => columns.Real($"scores_{label}", row => row.ScoreOf(index)));

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    public override async Task<IReadOnlyList<string>> TrainedByAsync(
        PieDbContext db, Scope scope, CancellationToken cancellation) =>
        await db.Database.SqlQuery<string>($"""
            SELECT DISTINCT outcome ->> 'versions' AS "Value" FROM runs JOIN sweep_runs AS link ON link.run_id = runs.id
            WHERE link.sweep_id = {scope.Of.SweepId} AND outcome ->> 'versions' IS NOT NULL
            """).ToListAsync(cancellation);

    public override (string Name, string Value)? NextFile(Scope scope) =>
        scope.ContinuesAfter is { } run ? ("after", run.ToString()) : null;

    public override string FileName(Guid id, SweepPredictionFilter filter) =>
        $"{base.FileName(id, filter)}-{Wire.Name(filter.Split)}{(filter.After is { } run ? $"-after-{run}" : "")}";

    private static async Task<int> PlaceAsync(PieDbContext db, Guid sweep, Guid run, CancellationToken cancellation) =>
        await db.SweepRuns.Where(link => link.SweepId == sweep && link.RunId == run)
            .Select(link => (int?)link.Ordinal).SingleOrDefaultAsync(cancellation)
        ?? throw new InvalidRequestException([new("after", "is not the id of a run of this sweep")]);

    /// <summary>Returns the scope with its last run, if further runs follow it.</summary>
    private static async Task<Scope> BoundedAsync(
        PieDbContext db, Scope scope, SweepPredictionFilter filter, int most, CancellationToken cancellation)
    {
        var ends = await new SweepPredictionRows(db, scope, filter).Runs().OrderBy(run => run.Ordinal)
            .Skip(most - 1).Take(2).Select(run => new { run.RunId, run.Ordinal }).ToListAsync(cancellation);
        return ends is [var last, _] ? scope with { Last = last.Ordinal, ContinuesAfter = last.RunId } : scope;
    }

    /// <param name="After">The place in the sweep after which the runs begin; null to begin with the first run.</param>
    /// <param name="Last">The place of the last run; null if no run follows.</param>
    /// <param name="ContinuesAfter">The last run if other runs follow it; null otherwise.</param>
    public sealed record Scope(
        SweepScope Of, LearningTask Task, string[] Labels, int? After = null, int? Last = null,
        Guid? ContinuesAfter = null)
    {
        /// <summary>Whether its runs have open answers.</summary>
        public bool HasAnswers { get; init; }

        /// <summary>Whether it has all runs of the sweep, from the first to the last.</summary>
        internal bool IsWhole => After is null && Last is null;
    }
}

public sealed record SweepPredictionFilter : TableQuery
{
    /// <summary>The split whose predictions are returned.</summary>
    public Split Split { get; init; } = Split.Test;

    /// <summary>The model's name in the sweep.</summary>
    public string? Model { get; init; }

    /// <summary>Only runs of this method count; dense and dense4E are the dense runs.</summary>
    public Method? Method { get; init; }

    /// <summary>The target sparsity, in percent; 0 for dense runs.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>The name of a cohort of imported predictions.</summary>
    public string? Cohort { get; init; }

    /// <summary>A run of the sweep: only the runs after it are listed.</summary>
    public Guid? After { get; init; }

    /// <summary>The largest number of runs, at least 1. By default all runs are listed.</summary>
    public int? Runs { get; init; }

    /// <summary>Whether every run that predicted the split matches the filters.</summary>
    internal bool SelectsAll => Model is null && Method is null && Sparsity is null && Cohort is null;

    public override IEnumerable<FieldError> Broken() =>
        Runs < 1 ? base.Broken().Append(new("runs", "must be 1 or more")) : base.Broken();
}
