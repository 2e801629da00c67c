using System.Collections.Concurrent;
using System.Reflection;
using Npgsql;
using Xunit;

namespace PieService.TestDatabases;

/// <summary>
/// A separate migrated database for a test class: a copy of a template that this process migrates once, made in some
/// 30 ms. Derive a fixture that names the migration: <c>class PieDatabase() : FreshDatabase(Migration.ApplyAsync)</c>.
/// </summary>
/// <param name="migrate">Migrates a database, given its connection string; each such method has one template.</param>
public class FreshDatabase(Func<string, Task> migrate) : IAsyncLifetime
{
    private static readonly ConcurrentDictionary<MethodInfo, Lazy<Task<string>>> Templates = new();

    private readonly string name = NewName("pie_test");

    /// <summary>Valid after <see cref="InitializeAsync"/>.</summary>
    public string ConnectionString { get; private set; } = "";

    public virtual async ValueTask InitializeAsync()
    {
        var template = await Templates.GetOrAdd(migrate.Method, _ => new(() => MigrateTemplateAsync(migrate))).Value;
        await OnServerAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        ConnectionString = await ToAsync(name);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await OnServerAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        GC.SuppressFinalize(this);
    }

    private static async Task<string> MigrateTemplateAsync(Func<string, Task> migrate)
    {
        var template = NewName("pie_template");
        await OnServerAsync($"CREATE DATABASE {template}");
        if (TestCluster.OutlivesProcess)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
                OnServerAsync($"DROP DATABASE IF EXISTS {template} WITH (FORCE)").GetAwaiter().GetResult();
        }
        await TestCluster.HandOverAsync(template);
        // A database with an open session cannot be copied: no connection may stay in a pool or be opened later.
        await migrate(new NpgsqlConnectionStringBuilder(await ToAsync(template)) { Pooling = false }.ConnectionString);
        await OnServerAsync($"ALTER DATABASE {template} ALLOW_CONNECTIONS false");
        return template;
    }

    private static async Task OnServerAsync(string sql)
    {
        var server = new NpgsqlConnectionStringBuilder(await TestCluster.AdministratorAsync()) { Pooling = false };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        // DROP DATABASE waits for every session of the server, and CREATE DATABASE copies files.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> ToAsync(string database) =>
        new NpgsqlConnectionStringBuilder(await TestCluster.ServiceAsync()) { Database = database }.ConnectionString;

    /// <summary>A name that is unique, since test processes may share a server.</summary>
    private static string NewName(string prefix) => $"{prefix}_{Guid.NewGuid():N}";
}
