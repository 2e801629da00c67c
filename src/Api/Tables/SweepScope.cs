using Microsoft.EntityFrameworkCore;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Tables;

/// <summary>The sweep that a table belongs to.</summary>
/// <param name="IsImported">Whether its predictions were imported.</param>
public sealed record SweepScope(Guid SweepId, Guid DatasetId, bool IsImported)
{
    public CohortKind Kind => IsImported ? CohortKind.Foreign : CohortKind.Trained;

    public Provenance Provenance => new(("sweep", SweepId), ("dataset", DatasetId));

    public static Task<SweepScope?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation) =>
        db.Sweeps.Where(sweep => sweep.Id == id)
            .Select(sweep => new SweepScope(sweep.Id, sweep.DatasetId, sweep.Foreign != null))
            .SingleOrDefaultAsync(cancellation);
}
