using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Pages;

/// <summary>The request of a sweep, and how it differs from that of another one.</summary>
public partial class RequestPage : HtmlPage<RequestPage.Content>
{
    private const int SweepsShown = 100;

    /// <param name="Others">The newest sweeps that were requested, without this one.</param>
    /// <param name="Other">The sweep with which it is compared; null for none.</param>
    public sealed record Content(
        Guid Id, string Name, SweepRequest Request, IReadOnlyList<(Guid Id, string Name)> Others,
        (Guid Id, string Name, SweepRequest Request)? Other);

    public static async Task<IResult> ShowAsync(
        Guid id, Query<RequestFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        if (await FindAsync(db, id, cancellation) is not { } sweep) return Problems.NotFound("sweep", id);
        if (sweep.Request is null) return Imported();
        Sweep? other = null;
        if (query.Value.With is { } with)
        {
            other = await FindAsync(db, with, cancellation);
            if (other is null) return Problems.NotFound("sweep", with);
            if (other.Request is null) return Imported();
        }
        var others = await db.Sweeps.Where(found => found.Id != id && found.Foreign == null)
            .OrderByDescending(found => found.Id).Take(SweepsShown).Select(found => new { found.Id, found.Name })
            .ToListAsync(cancellation);
        return Render<RequestPage>(new Content(
            id, sweep.Name, sweep.Request, [.. others.Select(found => (found.Id, found.Name))],
            other is null ? null : (other.Id, other.Name, other.Request!)));
    }

    private static Task<Sweep?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation) =>
        db.Sweeps.AsNoTracking().SingleOrDefaultAsync(sweep => sweep.Id == id, cancellation);

    private static ProblemHttpResult Imported() => Problems.Conflict(
        "The predictions of this sweep were imported, so it has no request.");

    /// <summary>The fields of the request, or those that differ, with their values.</summary>
    private IEnumerable<(string Field, string Own, string Others)> Fields
    {
        get
        {
            var own = SweepForm.Of(Model.Request);
            var others = Model.Other is { } other ? SweepForm.Of(other.Request) : null;
            return from name in own.Values.Keys.Union(others?.Values.Keys ?? []).Order(StringComparer.Ordinal)
                   let values = (Own: own.Joined(name), Others: others?.Joined(name) ?? "")
                   where others is null || values.Own != values.Others
                   select (name, values.Own, values.Others);
        }
    }
}

public sealed record RequestFilter
{
    /// <summary>The sweep with whose request that of this one is compared.</summary>
    public Guid? With { get; init; }
}
