using PieService.Api.Database;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>API and worker as real processes over a real database, and a client.</summary>
public sealed class ServiceFixture : ServiceClient, IAsyncLifetime
{
    private readonly FreshDatabase database = new(connection => Migrator.MigrateAsync(connection, CancellationToken.None));
    private readonly string folder = Directory.CreateTempSubdirectory("pie-pipeline-").FullName;
    private readonly Dictionary<string, string> settings = [];

    internal ServiceProcess Api { get; private set; } = null!;

    internal ServiceProcess Worker { get; private set; } = null!;

    public string ArtifactFolder => Path.Combine(Assert.Single(Directory.GetDirectories(Path.Combine(folder, "artifacts"))), "runs");

    protected override string Tail => $"--- API\n{Api.Tail}\n--- worker\n{Worker.Tail}";

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        settings["ConnectionStrings__Pie"] = database.ConnectionString;
        settings["PIE_DATA"] = folder;
        settings["PIE_LEASE_SECONDS"] = "6";
        settings["PIE_BACKOFF_SECONDS"] = "1";
        settings["PIE_DEVICE"] = "cpu";
        settings["PIE_SLOTS"] = "2";
        settings["PIE_THREADS"] = "1";
        var address = $"http://127.0.0.1:{FreePort()}";
        Client.BaseAddress = new Uri(address);
        Api = ServiceProcess.Api(settings, address);
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

    public void StartWorker() => Worker = ServiceProcess.Worker(settings);

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Api.DisposeAsync();
        Dispose();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
