using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>Why runs that wait are not taken at the moment, in words that say what to do.</summary>
public sealed class Standstill
{
    private readonly IReadOnlyList<string> general;
    private readonly HashSet<string> vectors;

    private Standstill(IReadOnlyList<string> general, HashSet<string> vectors) => (this.general, this.vectors) = (general, vectors);

    public static async Task<Standstill> LookAsync(PieDbContext db, CancellationToken cancellation)
    {
        var workers = await db.Workers
            .FromSql($"SELECT * FROM live_workers").OrderBy(worker => worker.Id)
            .Select(worker => new { worker.Machine, worker.ShortOf, worker.Vectors }).ToListAsync(cancellation);
        IReadOnlyList<string> general =
            workers.Count == 0 ? ["no worker is alive: start one with ./pie up, or the worker program with this database"]
            : workers.TrueForAll(worker => worker.ShortOf is not null) ? [.. workers.Select(worker => $"{worker.Machine} is short of {worker.ShortOf}")]
            : [];
        return new Standstill(general, [.. workers.SelectMany(worker => worker.Vectors)]);
    }

    /// <summary>What a sweep waits for whose runs are all waiting; empty where some worker will take one.</summary>
    public IReadOnlyList<string> ReasonsFor(SweepRequest request) => general.Count > 0 ? general :
    [
        .. from name in request.Models!.Select(model => model.Vectors).OfType<string>().Distinct()
           where !vectors.Contains(name)
           select $"no live worker has the word vectors '{name}': put their file into the folder that PIE_VECTORS names",
    ];
}
