using System.Globalization;
using Npgsql;
using PieService.TestDatabases;

namespace PieService.Requests;

/// <summary>The resources of a service: memory, descriptors, sessions, files, rows.</summary>
public sealed class Books(ServiceFixture service)
{
    public long ResidentMiB() =>
        long.Parse(
            File.ReadLines($"/proc/{service.Api.Id}/status")
                .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))["VmRSS:".Length..^"kB".Length],
            CultureInfo.InvariantCulture) / 1024;

    public int Descriptors() => Directory.GetFileSystemEntries($"/proc/{service.Api.Id}/fd").Length;

    public Task<long> SessionsAsync() => AskAsync(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    public IReadOnlyList<string> Uploads() =>
        Directory.Exists(Path.Combine(service.DataFolder, "uploads"))
            ? Directory.GetFileSystemEntries(Path.Combine(service.DataFolder, "uploads")) : [];

    /// <summary>The number of rows in each table of the service.</summary>
    public async Task<SortedDictionary<string, long>> RowsAsync()
    {
        var tables = new List<string>();
        await using (var connection = await ConnectAsync())
        await using (var command = new NpgsqlCommand(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }
        var rows = new SortedDictionary<string, long>();
        foreach (var table in tables) rows[table] = await AskAsync($"SELECT count(*) FROM \"{table}\"");
        return rows;
    }

    public async Task<long> AskAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(service.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
