using Microsoft.Extensions.Logging.Abstractions;
using PieService.Domain;
using PieService.Hosting;

namespace PieService.Api.Database;

/// <summary>
/// The database of a command of this program: the configured one, or the private one, which is started for the time of
/// the command if no service runs it.
/// </summary>
/// <param name="ConnectionString">Leads to the database, which may not exist yet.</param>
/// <param name="Folders">The folders of the service.</param>
/// <param name="IsInUse">Whether a running service of this machine owns the private server.</param>
public sealed record CommandDatabase(
    string ConnectionString, PieFolders Folders, bool IsInUse, IConfiguration Configuration) : IAsyncDisposable
{
    private PrivatePostgres? Cluster { get; init; }

    /// <param name="mayCreate">Whether a new private database is created if the folder has none.</param>
    /// <exception cref="InvalidOperationException">
    /// There is no private database, or PostgreSQL is not installed, or does not start.
    /// </exception>
    /// <exception cref="IOException">A folder cannot be used.</exception>
    /// <exception cref="FormatException">A setting is not valid.</exception>
    public static async Task<CommandDatabase> OpenAsync(bool mayCreate = true)
    {
        var configuration = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json").AddEnvironmentVariables().Build();
        var folders = PieFolders.From(name => configuration[name]);
        if (DatabaseSetting.From(configuration) is { } configured)
            return new(configured, folders, IsInUse: false, configuration);
        if (!mayCreate && !Directory.Exists(PrivatePostgres.FolderIn(folders)))
            throw new InvalidOperationException(
                $"There is no database in {folders.Data}. Set PIE_DATA to the folder of the service, or "
                + "ConnectionStrings__Pie to its database.");
        try
        {
            var cluster = await PrivatePostgres.StartAsync(
                folders, configuration[PostgresBinaries.Setting], NullLogger.Instance);
            return new(cluster.ConnectionString, folders, IsInUse: false, configuration) { Cluster = cluster };
        }
        catch (ClusterTakenException)
        {
            var connection = await File.ReadAllTextAsync(folders.ConnectionFile);
            return new(connection.Trim(), folders, IsInUse: true, configuration);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null) await Cluster.DisposeAsync();
    }
}
