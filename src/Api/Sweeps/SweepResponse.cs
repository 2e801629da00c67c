using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>A sweep as the database has it.</summary>
public sealed record SweepRow
{
    public required Sweep Sweep { get; init; }
    public required SweepProgress Progress { get; init; }
    public required KnownDataset Dataset { get; init; }

    /// <summary>The comparisons whose results are not those that their bundle states.</summary>
    public required int OtherThanStated { get; init; }
}

/// <param name="Name">The name, 1 to 200 characters. Names need not be unique.</param>
/// <param name="State">The state, which follows from the runs and comparisons of the sweep.</param>
/// <param name="Origin">Whether the runs were requested, or their predictions imported.</param>
/// <param name="Request">Null for imported predictions.</param>
/// <param name="Replication">How the runs of a cohort of imported predictions differ; null for a request.</param>
/// <param name="Cohorts">The cohorts of imported predictions; empty for a request.</param>
/// <param name="Progress">The numbers of runs and epochs by state.</param>
/// <param name="WaitingFor">The reasons why no run makes progress; empty if a run does, or if none has to.</param>
/// <param name="LabellingError">
/// Why the last labelling of a comparison failed. It is repeated; if the sweep has failed although its runs have
/// succeeded, all attempts have failed. Null if there is no such comparison.
/// </param>
/// <param name="Unknowns">
/// The details of the study that the preset cannot determine, with the values that are used instead; empty without a
/// preset.
/// </param>
/// <param name="Warnings">
/// What is doubtful about the dataset and the request, also if the sweep was accepted, and about its bundle; empty if
/// nothing is.
/// </param>
public sealed record SweepResponse(
    Guid Id, string Name, SweepState State, SweepOrigin Origin, Guid DatasetId, SweepRequest? Request,
    ReplicationKind? Replication, IReadOnlyList<ForeignCohort> Cohorts,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, ProgressResponse Progress,
    IReadOnlyList<string> WaitingFor,
    string? LabellingError,
    IReadOnlyList<string> Unknowns,
    IReadOnlyList<Warning> Warnings)
    : IPolled, IHasSteadyPart
{
    bool IPolled.IsAtWork => FinishedAt is null;

    object IHasSteadyPart.Steady => this with { Progress = Progress with { EstimatedFinish = null } };

    /// <param name="needs">What its queued runs need.</param>
    public static SweepResponse Of(SweepRow row, LiveResources live, IEnumerable<RunNeed> needs)
    {
        var (sweep, progress) = (row.Sweep, row.Progress);
        return new(
            sweep.Id, sweep.Name, progress.State, sweep.Origin, sweep.DatasetId, sweep.Request,
            sweep.Foreign?.Replication, sweep.Foreign?.Cohorts ?? [],
            sweep.CreatedAt, progress.StartedAt, progress.FinishedAt, ProgressResponse.Of(progress),
            WaitsFor(sweep, progress, live, needs),
            progress.LabellingError,
            sweep.Request?.Unknowns ?? [],
            [
                .. sweep.Request is { } request
                    ? PlanWarnings.Of(request, row.Dataset, live) : row.Dataset.Warnings,
                .. BundleWarnings.Of(row.OtherThanStated),
            ]);
    }

    private static IReadOnlyList<string> WaitsFor(
        Sweep sweep, SweepProgress progress, LiveResources live, IEnumerable<RunNeed> needs)
    {
        if (progress.State is not (SweepState.Queued or SweepState.Running)) return [];
        // The runs of imported predictions have ended; their comparisons wait for a worker that labels them.
        if (sweep.Request is null) return live.Workers.Count == 0 ? [BlockedReasons.NoWorker] : [];
        return progress is { RunsQueued: > 0, RunsRunning: 0 }
            ? BlockedReasons.Of(live.Workers).ReasonsFor(needs) : [];
    }
}

/// <param name="Runs">The numbers of runs by state.</param>
/// <param name="Epochs">The numbers of epochs.</param>
/// <param name="EstimatedFinish">The estimated time at which the sweep ends; null if it cannot be estimated, and once
/// it has ended.</param>
public sealed record ProgressResponse(RunCounts Runs, EpochCounts Epochs, DateTimeOffset? EstimatedFinish)
{
    public static ProgressResponse Of(SweepProgress progress) => new(
        new RunCounts(
            progress.RunsTotal, progress.RunsQueued, progress.RunsRunning, progress.RunsSucceeded, progress.RunsFailed,
            progress.RunsCancelled),
        new EpochCounts(progress.EpochsTotal, progress.EpochsDone, progress.EpochsShared),
        progress.EstimatedFinish);
}

/// <param name="Total">The number of runs of the sweep.</param>
/// <param name="Queued">The number of runs that wait for a worker.</param>
/// <param name="Running">The number of runs in training.</param>
/// <param name="Succeeded">The number of runs that have succeeded.</param>
/// <param name="Failed">The number of runs that have failed.</param>
/// <param name="Cancelled">The number of runs that were cancelled.</param>
public sealed record RunCounts(int Total, int Queued, int Running, int Succeeded, int Failed, int Cancelled);

/// <summary>
/// The numbers of epochs. The total is the sum of the shared epochs and those that this sweep trains.
/// </summary>
/// <param name="Total">The number of epochs of all runs of the sweep.</param>
/// <param name="Done">The number of epochs of the total that are finished.</param>
/// <param name="Shared">
/// The number of epochs that another run trains too, or has trained. They are done when that run has finished them, so
/// done may be smaller.
/// </param>
public sealed record EpochCounts(long Total, long Done, long Shared);

/// <param name="Unknowns">
/// The details of the study that the preset cannot determine, with the values that are used instead; empty without a
/// preset.
/// </param>
/// <param name="Warnings">What is doubtful about the dataset and the request; empty if nothing is.</param>
/// <param name="VectorCoverage">
/// For each model with word vectors, the share of the training split that has a vector.
/// </param>
/// <param name="Request">The request as it is understood, with the defaults and the values of its preset.</param>
public sealed record PlanResponse(
    SweepPlan Plan, IReadOnlyList<string> Unknowns, IReadOnlyList<Warning> Warnings,
    IReadOnlyList<PlannedCoverage> VectorCoverage, SweepRequest Request);
