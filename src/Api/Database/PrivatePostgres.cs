using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PieService.Domain;

namespace PieService.Api.Database;

/// <summary>
/// A private PostgreSQL, which the API starts and owns if no connection string is configured. A folder has one owner,
/// the holder of the lock file beside it. A second API gets an error and does not share the server, because the server
/// ends with its owner while the other API still needs it.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string Name = "pie";

    private readonly PieFolders folders;
    private readonly string folder;
    private readonly FileStream ownership;
    private readonly Postmaster postmaster;
    private readonly ILogger logger;
    private readonly SemaphoreSlim startOrStop = new(1, 1);
    private readonly NpgsqlConnectionStringBuilder server = new()
    {
        Host = IPAddress.Loopback.ToString(),
        Username = Name,
        Database = "postgres",
        Pooling = false,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    };
    private string servicePassword = "";
    private bool disposed;

    private PrivatePostgres(PieFolders folders, string? binaries, bool durable, ILogger logger)
    {
        this.folders = folders;
        this.logger = logger;
        folder = FolderIn(folders);
        var version = Path.Combine(folder, "PG_VERSION");
        var installed = PostgresBinaries.Find(binaries, File.Exists(version) ? File.ReadAllText(version).Trim() : null);
        postmaster = new Postmaster(folder, installed, durable, logger);
        Directory.CreateDirectory(folders.Data);
        ownership = Own(folder);
    }

    /// <summary>
    /// The connection string for API and worker, as the role that owns their schemas and has no other rights.
    /// </summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(server.ConnectionString)
    {
        Database = Name,
        Username = ServiceRole.Name,
        Password = servicePassword,
        Pooling = true,
    }.ConnectionString;

    /// <summary>
    /// The connection string for what only a superuser may do, such as creating the databases of tests.
    /// </summary>
    public string AdministratorConnectionString => server.ConnectionString;

    /// <summary>
    /// Returns when the server accepts connections, its database exists, and the connection string is written to the
    /// file that workers read.
    /// </summary>
    /// <param name="binaries">The value of the setting PIE_PG_BIN.</param>
    /// <param name="durable">False for tests: faster, but a crash of the machine may damage the data.</param>
    public static async Task<PrivatePostgres> StartAsync(
        PieFolders folders, string? binaries, ILogger logger, bool durable = true,
        CancellationToken cancellation = default)
    {
        var cluster = new PrivatePostgres(folders, binaries, durable, logger);
        try
        {
            await cluster.StartAsync(cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server of a folder, whichever process started it; does nothing if none runs.</summary>
    /// <param name="binaries">The value of the setting PIE_PG_BIN.</param>
    public static async Task StopAsync(PieFolders folders, string? binaries)
    {
        var postmaster = new Postmaster(
            FolderIn(folders), PostgresBinaries.Find(binaries), durable: false, NullLogger.Instance);
        if (postmaster.Adopt() is not null) await postmaster.StopAsync();
    }

    public static string FolderIn(PieFolders folders) => Path.Combine(folders.Data, "pg");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        // The semaphore is not released: the keeper must not restart a server that was stopped deliberately.
        await startOrStop.WaitAsync();
        if (postmaster.IsAlive)
        {
            await postmaster.StopAsync();
            logger.ClusterStopped(folder);
        }
        await ownership.DisposeAsync();
    }

    /// <summary>Restarts the server if it has died, on the port to which its clients reconnect.</summary>
    internal async Task RestartIfDeadAsync(CancellationToken cancellation)
    {
        if (postmaster.IsAlive) return;
        await startOrStop.WaitAsync(cancellation);
        try
        {
            logger.ClusterDied(folder);
            await postmaster.StartAsync(server, cancellation);
            logger.ClusterStarted(folder, server.Port, postmaster.ProcessId);
        }
        finally
        {
            startOrStop.Release();
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        server.Password = await PasswordAsync(PasswordFile, cancellation);
        servicePassword = await PasswordAsync(folder + ".service.password", cancellation);
        if (!Directory.Exists(folder))
        {
            await postmaster.InitializeAsync(Name, PasswordFile, cancellation);
            logger.ClusterInitialized(folder);
        }
        if (postmaster.Adopt() is { } port && await AnswersAsync(port, cancellation))
        {
            logger.ClusterAdopted(folder, port, postmaster.ProcessId);
        }
        else
        {
            server.Port = LastPort() is { } last && IsFree(last) ? last : FreePort();
            await postmaster.StartAsync(server, cancellation);
            logger.ClusterStarted(folder, server.Port, postmaster.ProcessId);
        }
        await CreateDatabaseAsync(cancellation);
        var administrator = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = Name };
        await ServiceRole.HandOverAsync(administrator.ConnectionString, servicePassword, cancellation);
        await WriteSecretAsync(folders.ConnectionFile, ConnectionString, cancellation);
    }

    private Task<bool> AnswersAsync(int port, CancellationToken cancellation)
    {
        server.Port = port;
        return postmaster.AnswersAsync(server, cancellation);
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand($"SELECT 1 FROM pg_database WHERE datname = '{Name}'", connection);
        if (await exists.ExecuteScalarAsync(cancellation) is not null) return;
        await using var create = new NpgsqlCommand($"CREATE DATABASE {Name}", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    private static FileStream Own(string folder)
    {
        var file = folder + ".lock";
        try
        {
            // The operating system releases the lock when this process ends, however it ends.
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new ClusterTakenException(
                $"""
                 Another process owns the private PostgreSQL in {folder} (it holds {file}): an API, or a command such
                 as ./pie backup of a stopped service, which owns it until it has ended.
                 Wait for the command or stop the API, or configure this one with another folder (PIE_DATA) or a server
                 (ConnectionStrings__Pie).
                 """,
                taken);
        }
    }

    private string PasswordFile => folder + ".password";

    private static async Task<string> PasswordAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            await WriteSecretAsync(file, RandomNumberGenerator.GetHexString(32, lowercase: true), cancellation);
        return await File.ReadAllTextAsync(file, cancellation);
    }

    /// <summary>Writes a file that only this user can read, atomically.</summary>
    private static async Task WriteSecretAsync(string path, string text, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("The private PostgreSQL needs Linux.");
        var unfinished = path + ".unfinished";
        File.Delete(unfinished);
        await using (var writer = new StreamWriter(unfinished, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            await writer.WriteAsync(text.AsMemory(), cancellation);
        }
        File.Move(unfinished, path, overwrite: true);
    }

    private int? LastPort() => File.Exists(folders.ConnectionFile)
        ? new NpgsqlConnectionStringBuilder(File.ReadAllText(folders.ConnectionFile)).Port
        : null;

    /// <summary>
    /// Finds a free port. The search starts at a number that depends on the folder, below the ports that Linux assigns
    /// to outgoing connections.
    /// </summary>
    private int FreePort()
    {
        var first = 20_000 + KeyedRandom.For("port", folder).NextInt(10_000);
        return Enumerable.Range(first, 2_000).First(IsFree);
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>The folder already has an owner; the message is for the user who starts a second API.</summary>
public sealed class ClusterTakenException(string message, Exception taken) : InvalidOperationException(message, taken);
