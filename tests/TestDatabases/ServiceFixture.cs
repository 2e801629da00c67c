using PieService.Api.Database;
using PieService.TestSupport;
using Xunit;

namespace PieService.TestDatabases;

/// <summary>API and worker as real processes with a real database, and a client.</summary>
public sealed class ServiceFixture : ServiceClient, IAsyncLifetime
{
    private readonly FreshDatabase database;
    private readonly string? backup;
    private readonly string folder = Directory.CreateTempSubdirectory("pie-pipeline-").FullName;
    private readonly Dictionary<string, string> settings = [];
    private readonly bool requiresKeys;

    public ServiceFixture() =>
        database = new(connection => Migrator.MigrateAsync(connection, CancellationToken.None));

    private ServiceFixture(bool requiresKeys) : this() => this.requiresKeys = requiresKeys;

    private ServiceFixture(string backup) => (this.backup, database) = (backup, new(_ => Task.CompletedTask));

    public ServiceProcess Api { get; private set; } = null!;

    public ServiceProcess Worker { get; private set; } = null!;

    public string ConnectionString => database.ConnectionString;

    /// <summary>Executes a statement in the service's database, as its owner.</summary>
    public Task ExecuteSqlAsync(string sql) => Sql.ExecuteAsync(ConnectionString, sql);

    /// <summary>The folder in which the service stores its files.</summary>
    public string DataFolder => folder;

    public string Address { get; } = $"http://127.0.0.1:{FreePort()}";

    public string ArtifactFolder =>
        Path.Combine(Assert.Single(Directory.GetDirectories(Path.Combine(folder, "artifacts"))), "runs");

    /// <summary>The environment of API and worker.</summary>
    public IReadOnlyDictionary<string, string> Settings => settings;

    /// <summary>Starts a service with additional settings.</summary>
    public static async Task<ServiceFixture> OpenAsync(params (string Name, string Value)[] settings)
    {
        var service = new ServiceFixture();
        foreach (var (name, value) in settings) service.settings[name] = value;
        return await service.StartedAsync();
    }

    /// <summary>Starts a service that requires keys; the client has one of the role submitter.</summary>
    public static Task<ServiceFixture> KeyedAsync() => new ServiceFixture(requiresKeys: true).StartedAsync();

    /// <summary>Creates a key, with the program of the API.</summary>
    public async Task<string> AddKeyAsync(string name, string role)
    {
        var (exitCode, output, errors) = await RunAsync("key", "add", name, "--role", role);
        Assert.True(exitCode == 0, errors);
        return output.Trim();
    }

    /// <summary>Restores a backup into an empty database and other folders, and starts its service.</summary>
    public static Task<ServiceFixture> RestoredAsync(string backup) => new ServiceFixture(backup).StartedAsync();

    /// <summary>Runs a command of the API's program with the settings of this service.</summary>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        ServiceProcess.RunApiAsync(settings, arguments);

    protected override string Tail => $"--- API\n{Api.Tail}\n--- worker\n{Worker.Tail}";

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        settings["ConnectionStrings__Pie"] = database.ConnectionString;
        settings["PIE_DATA"] = folder;
        settings["PIE_MODELS"] = Path.Combine(folder, "models");
        settings["PIE_VECTORS"] = Path.Combine(folder, "vectors");
        settings.TryAdd("PIE_LEASE_SECONDS", "6");
        settings.TryAdd("PIE_BACKOFF_SECONDS", "1");
        // The trainings of the tests are short, and killed ones must resume.
        settings.TryAdd("PIE_CHECKPOINT_SECONDS", "0");
        settings.TryAdd("PIE_DEVICE", "cpu");
        settings.TryAdd("PIE_SLOTS", "2");
        settings.TryAdd("PIE_THREADS", "1");
        settings.TryAdd("PIE_REQUESTS_PER_SECOND", "100000");
        settings.TryAdd("PIE_WEBHOOK_PRIVATE", "true");
        Client.BaseAddress = new Uri(Address);
        if (backup is not null)
        {
            var (exitCode, _, errors) = await RunAsync("restore", backup);
            Assert.True(exitCode == 0, errors);
        }
        if (requiresKeys)
        {
            settings["PIE_REQUIRE_KEYS"] = "true";
            Client.DefaultRequestHeaders.Authorization = new("Bearer", await AddKeyAsync("tests", "submitter"));
        }
        StartApi();
        StartWorker();
        await UntilAsync("the service is ready", async () =>
        {
            try
            {
                return (await GetAsync("/api/v1/system"))["workers"]!.AsArray().Count == 1;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    public void StartApi() => Api = ServiceProcess.Api(settings, Address);

    public void StartWorker(params string[] arguments) => Worker = ServiceProcess.Worker(settings, arguments);

    /// <summary>This service when it has started; if it cannot start, nothing of it is left.</summary>
    private async Task<ServiceFixture> StartedAsync()
    {
        try
        {
            await InitializeAsync();
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A service that could not start may lack processes.
        if (Worker is not null) await Worker.DisposeAsync();
        if (Api is not null) await Api.DisposeAsync();
        Dispose();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
