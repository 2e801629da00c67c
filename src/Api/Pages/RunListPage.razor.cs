using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Runs;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The runs of a sweep, with the filters of the API.</summary>
public partial class RunListPage : HtmlPage<RunListPage.Content>
{
    private static readonly RunTable Table = new();

    public sealed record Content(
        Guid SweepId, string SweepName, CohortKind Kind, RunFilter Filter, Page<RunResponse> Runs);

    public static async Task<IResult> ShowAsync(
        Guid id, Query<RunFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        if (await Table.FindAsync(db, id, filter, cancellation) is not { } scope) return Problems.NotFound("sweep", id);
        var name = await db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => sweep.Name)
            .SingleAsync(cancellation);
        var runs = await Table.Rows(db, scope, filter).PageAsync(filter, cancellation);
        return Render<RunListPage>(new Content(id, name, scope.Kind, filter, runs));
    }

    private CohortKind Kind => Model.Kind;

    private static string Name(RunResponse run) => run.Cohort ?? Domain.Wire.Name(run.Method);

    private string TitleOf(RunResponse run) =>
        $"{Name(run)}{(Kind.HasTargets ? $" at {Shown.Sparsity(run.Sparsity)}" : "")}, {Kind.Repetition} {run.Seed}";
}
