using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Worker.Artifacts;

namespace PieService.Worker.Supervision;

/// <summary>
/// Workers never migrate the database: they wait until it is available and has the schema of this version.
/// </summary>
public sealed class SchemaWait
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private SchemaWait() { }

    /// <param name="configured">ConnectionStrings:Pie; null means the private database of the API on this
    /// machine.</param>
    /// <returns>The connection string that works, and the installation that it leads to.</returns>
    public static async Task<(string ConnectionString, Installation Installation)> ForAsync(
        string? configured, PieFolders folders, ILogger logger, TimeProvider time)
    {
        var lastReason = "";
        while (true)
        {
            var (connectionString, installation, reason) = await TryAsync(configured, folders);
            if (installation is not null) return (connectionString, installation);
            if (reason != lastReason) WorkerLog.WaitingForDatabase(logger, reason);
            lastReason = reason;
            await Task.Delay(BetweenTries, time);
        }
    }

    private static async Task<(string ConnectionString, Installation? Installation, string Reason)> TryAsync(
        string? configured, PieFolders folders)
    {
        var connectionString = configured ?? "";
        try
        {
            if (connectionString.Length == 0)
                connectionString = (await File.ReadAllTextAsync(folders.ConnectionFile)).Trim();
            await using var database = NpgsqlDataSource.Create(connectionString);
            var options = new DbContextOptionsBuilder<PieDbContext>();
            PieDbContext.Configure(options, database);
            await using var db = new PieDbContext(options.Options);
            if (await Schema.LackAsync(db, CancellationToken.None) is { } lack) return (connectionString, null, lack);
            var id = await db.Database.SqlQuery<Guid>($"SELECT id AS \"Value\" FROM installation").SingleAsync();
            return (connectionString, new Installation(id), "");
        }
        catch (IOException)
        {
            return ("", null,
                $"ConnectionStrings:Pie is not set, and no API has written {folders.ConnectionFile} yet.");
        }
        catch (Exception away) when (away is NpgsqlException || DatabaseOutage.IsCauseOf(away))
        {
            return (connectionString, null, away.GetBaseException().Message);
        }
    }
}
