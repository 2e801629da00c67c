using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;

namespace PieService.Api.Sweeps;

/// <summary>Why nothing that waits is taken at the moment, in words that say what to do.</summary>
public static class Standstill
{
    /// <returns>Empty: some worker takes work.</returns>
    public static async Task<IReadOnlyList<string>> ReasonsAsync(PieDbContext db, CancellationToken cancellation)
    {
        var workers = await db.Workers
            .FromSql($"SELECT * FROM workers WHERE last_beat_at > now() - interval '30 seconds'").OrderBy(worker => worker.Id)
            .Select(worker => new { worker.Machine, worker.ShortOf }).ToListAsync(cancellation);
        if (workers.Count == 0) return ["no worker is alive: start one with ./pie up, or the worker program with this database"];
        return workers.TrueForAll(worker => worker.ShortOf is not null) ? [.. workers.Select(worker => $"{worker.Machine} is short of {worker.ShortOf}")] : [];
    }
}
