using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Worker.Supervision;

/// <summary>Workers never migrate: they wait until the database is there and has the schema of this version.</summary>
public sealed class SchemaWait
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private SchemaWait() { }

    /// <param name="configured">ConnectionStrings:Pie; null: the private database of the API on this machine.</param>
    /// <returns>The connection string that works.</returns>
    public static async Task<string> ForAsync(string? configured, PieFolders folders, ILogger logger, TimeProvider time)
    {
        var lastReason = "";
        while (true)
        {
            var (connectionString, reason) = await TryAsync(configured, folders);
            if (reason is null) return connectionString!;
            if (reason != lastReason) WorkerLog.WaitingForDatabase(logger, reason);
            lastReason = reason;
            await Task.Delay(BetweenTries, time);
        }
    }

    private static async Task<(string? ConnectionString, string? Reason)> TryAsync(string? configured, PieFolders folders)
    {
        if (string.IsNullOrEmpty(configured) && !File.Exists(folders.ConnectionFile))
            return (null, $"ConnectionStrings:Pie is not set, and no API has written {folders.ConnectionFile} yet.");
        var connectionString = string.IsNullOrEmpty(configured) ? (await File.ReadAllTextAsync(folders.ConnectionFile)).Trim() : configured;
        try
        {
            await using var database = NpgsqlDataSource.Create(connectionString);
            var options = new DbContextOptionsBuilder<PieDbContext>();
            PieDbContext.Configure(options, database);
            await using var db = new PieDbContext(options.Options);
            var pending = await db.Database.GetPendingMigrationsAsync();
            return pending.Any() ? (null, "the database has not been migrated to this version yet.") : (connectionString, null);
        }
        catch (NpgsqlException away)
        {
            return (null, away.Message);
        }
    }
}
