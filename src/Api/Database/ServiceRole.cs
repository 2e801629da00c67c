using Npgsql;

namespace PieService.Api.Database;

/// <summary>
/// The role as which API and worker connect to the private PostgreSQL; ServiceRole.sql defines its rights.
/// </summary>
public static class ServiceRole
{
    public const string Name = "pie_service";

    /// <param name="administrator">The connection string of a superuser for the database of the service.</param>
    /// <param name="password">The password of the role; null to keep the existing role and its password.</param>
    public static async Task HandOverAsync(string administrator, string? password, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(administrator);
        await connection.OpenAsync(cancellation);
        await using var tell = new NpgsqlCommand(
            "SELECT set_config('pie.service_password', @password, false)", connection);
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
