using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.SweepAnalysis;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Pages;

public partial class SweepPage : HtmlPage<SweepPage.Content>
{
    /// <param name="Comparisons">The main numbers of each comparison, as the table of analyses has them.</param>
    /// <param name="Figures">The figures that are available.</param>
    /// <param name="LastEvent">The number of the last event of the sweep; 0 if there is none.</param>
    public sealed record Content(
        SweepResponse Sweep, string Dataset, ComparisonFilter Filter, Page<SweepAnalysisResponse> Comparisons,
        IReadOnlyList<ShownFigure> Figures, int LastEvent);

    private static readonly SweepAnalysisTable Analyses = new();

    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    public static async Task<IResult> ShowAsync(
        Guid id, Query<ComparisonFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        // Before the rows: an event that follows announces what is newer than them.
        var lastEvent = await db.SweepEvents.Where(entry => entry.SweepId == id)
            .MaxAsync(entry => (int?)entry.Number, cancellation) ?? 0;
        if (await SweepQuery.FindAsync(db, id, cancellation) is not { } sweep
            || await Analyses.FindAsync(db, id, filter, cancellation) is not { } scope)
            return Problems.NotFound("sweep", id);
        var comparisons = await Analyses.Rows(db, scope, filter).PageAsync(filter, cancellation);
        var dataset = await db.Datasets.Where(used => used.Id == sweep.DatasetId).Select(used => used.Name)
            .SingleAsync(cancellation);
        return Render<SweepPage>(new Content(
            sweep, dataset, filter, comparisons,
            await ShownFigure.OfSweepAsync(
                db, id, filter, hasCaptions: sweep.FinishedAt is not null, cancellation),
            lastEvent));
    }

    private string Address => $"/api/v1/sweeps/{Model.Sweep.Id}";

    private bool IsAtWork => Model.Sweep.FinishedAt is null;

    /// <summary>Whether there are comparisons whose PIEs can be compared.</summary>
    private bool HasLabels =>
        Model.Comparisons.TotalItems > 1 && Model.Comparisons.Items.Any(row => row.Pies is not null);

    /// <summary>The state and the progress in one line, which a screen reader reads when it changes.</summary>
    private string News => $"State of the sweep: {Wire.Name(Model.Sweep.State)}, {Done} % done.";

    /// <summary>What the excess of the listed comparisons says; null if none has an interval.</summary>
    private string? Verdict
    {
        get
        {
            var known = Model.Comparisons.Items.Where(row => row.Excess?.Low is not null
                && row.Collapse is { Dense.State: < CollapseState.Most, Pruned.State: < CollapseState.Most }).ToList();
            var above = known.Count(row => row.Excess!.Low > 0);
            return known.Count == 0 ? null
                : $"{(above == 0 ? "None" : Shown.Count(above))} of {Shown.Count(known.Count, "comparison")} here "
                    + $"{(above <= 1 ? "has" : "have")} votes that differ beyond what other {Kind.Repetition}s cause: "
                    + "the whole 95 % interval of the excess is above 0. Collapsed cohorts are not counted.";
        }
    }

    private long Done => Model.Sweep.Progress is { Epochs: { Total: > 0 } epochs }
        ? 100L * epochs.Done / epochs.Total
        : 100L * Model.Sweep.Progress.Runs.Succeeded / Math.Max(1, Model.Sweep.Progress.Runs.Total);

    private CohortKind Kind => CohortKind.Of(Model.Sweep.Origin);

    /// <summary>What can be done at once, in the state of the sweep.</summary>
    private IEnumerable<(string Action, string Name)> Actions
    {
        get
        {
            if (Model.Sweep is { State: SweepState.Queued or SweepState.Running, Origin: SweepOrigin.Trained })
                yield return ("pause", "Pause");
            if (Model.Sweep.State == SweepState.Paused) yield return ("resume", "Resume");
            if (Model.Sweep.State != SweepState.Cancelled
                && (Model.Sweep.Progress.Runs.Failed > 0 || Model.Sweep.LabellingError is not null))
                yield return ("retry-failed", "Retry what failed");
        }
    }

    /// <summary>What is asked for on another page.</summary>
    private IEnumerable<(string Address, string Name)> Ways
    {
        get
        {
            var sweep = $"/ui/sweeps/{Model.Sweep.Id}";
            yield return ($"{sweep}/runs", "Its runs");
            if (Model.Sweep.Request is not null)
                yield return ($"/ui/sweeps/new?from={Model.Sweep.Id}", "New sweep like this one");
            yield return IsAtWork ? ($"{sweep}/cancel", "Cancel") : ($"{sweep}/delete", "Delete");
        }
    }

    private IReadOnlyList<string> Doubts =>
        [.. Model.Sweep.Warnings.Select(warning => warning.Message), .. Model.Sweep.Unknowns];

    private string Request => JsonSerializer.Serialize(Model.Sweep.Request, Indented);
}
