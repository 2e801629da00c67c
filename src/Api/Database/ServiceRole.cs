using Npgsql;

namespace PieService.Api.Database;

/// <summary>The role that API and worker connect as on a server of ours; ServiceRole.sql says what it may do.</summary>
public static class ServiceRole
{
    public const string Name = "pie_service";

    /// <param name="administrator">Leads a superuser to the service's database.</param>
    /// <param name="password">The role's; null: the role is there, and keeps the one that it has.</param>
    public static async Task HandOverAsync(string administrator, string? password, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(administrator);
        await connection.OpenAsync(cancellation);
        await using var tell = new NpgsqlCommand("SELECT set_config('pie.service_password', @password, false)", connection);
        tell.Parameters.AddWithValue("password", password ?? "");
        await tell.ExecuteNonQueryAsync(cancellation);
        await using var handOver = new NpgsqlCommand(await ScriptAsync(cancellation), connection);
        await handOver.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<string> ScriptAsync(CancellationToken cancellation)
    {
        using var script = new StreamReader(typeof(ServiceRole).Assembly.GetManifestResourceStream("ServiceRole.sql")!);
        return await script.ReadToEndAsync(cancellation);
    }
}
