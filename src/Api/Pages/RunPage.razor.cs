using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Runs;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>One run: its progress, its scores after each epoch, and where it was trained.</summary>
public partial class RunPage : HtmlPage<RunPage.Content>
{
    private static readonly MetricTable Table = new();

    /// <param name="Sweeps">The sweeps that contain the run, with their names.</param>
    /// <param name="Metrics">A page of the metrics.</param>
    /// <param name="Measured">All metrics, for the curve: a row for each epoch and split.</param>
    public sealed record Content(
        RunResponse Run, IReadOnlyList<(Guid Id, string Name)> Sweeps, Page<MetricResponse> Metrics,
        IReadOnlyList<MetricResponse> Measured);

    public static async Task<IResult> ShowAsync(
        Guid id, Query<TableQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        var found = await RunEndpoints.Get(id, new(new()), db, cancellation);
        if (found.Result is not Ok<RunResponse> { Value: { } run }
            || await Table.FindAsync(db, id, query.Value, cancellation) is not { } scope) return found.Result;
        var sweeps = await db.Sweeps.Where(sweep => run.SweepIds.Contains(sweep.Id)).OrderBy(sweep => sweep.Id)
            .Select(sweep => new { sweep.Id, sweep.Name }).ToListAsync(cancellation);
        return Render<RunPage>(new Content(
            run, [.. sweeps.Select(sweep => (sweep.Id, sweep.Name))],
            await Table.Rows(db, scope, query.Value).PageAsync(query.Value, cancellation),
            [.. scope.Metrics.Select(MetricResponse.Of)]));
    }

    /// <summary>Whether this service trained the run; only a cohort of imported predictions has a name.</summary>
    private bool IsTrained => Model.Run.Cohort is null;

    private string Address => $"/api/v1/runs/{Model.Run.Id}";

    private string Title =>
        $"{Model.Run.Cohort ?? Wire.Name(Model.Run.Method)}"
        + (Model.Run.Sparsity > 0 ? $" at {Shown.Sparsity(Model.Run.Sparsity)}" : "")
        + $", seed {Model.Run.Seed.ToString(CultureInfo.InvariantCulture)}, {Model.Run.Model}";

    private IReadOnlyList<(string Name, string Address)> Crumbs =>
    [
        ("Sweeps", "/ui/sweeps"),
        .. Model.Sweeps.Where(sweep => sweep.Id == Model.Run.SweepId)
            .Select(sweep => (sweep.Name, $"/ui/sweeps/{sweep.Id}")),
    ];
}
