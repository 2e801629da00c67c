using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Api.Database;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>API and worker as real processes over a real database, and a client.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly FreshDatabase database = new(connection => Migrator.MigrateAsync(connection, CancellationToken.None));
    private readonly string folder = Directory.CreateTempSubdirectory("pie-pipeline-").FullName;
    private readonly Dictionary<string, string> settings = [];

    internal ServiceProcess Api { get; private set; } = null!;

    internal ServiceProcess Worker { get; private set; } = null!;

    public HttpClient Client { get; } = new();

    public string ArtifactFolder => Path.Combine(folder, "artifacts", "runs");

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
        Client.Dispose();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Looks until it is so; fails with what the processes said where it never is.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isSo())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited in vain until {what}.\n--- API\n{Api.Tail}\n--- worker\n{Worker.Tail}");
            await look.WaitForNextTickAsync();
        }
    }

    public async Task<JsonObject> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonObject>(path))!;

    /// <summary>All items of a list, page by page.</summary>
    public async Task<List<JsonNode>> ListAsync(string path)
    {
        var (items, token) = (new List<JsonNode>(), "");
        do
        {
            var page = await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}pageSize=100{token}");
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);
        return items;
    }

    /// <summary>Two classes told by a cue word, upside down after "not"; the same content each time, under a new id.</summary>
    public async Task<Guid> UploadAsync()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("""{"name":"cues","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"}}""", Encoding.UTF8, "application/json"), "definition" },
            { new StringContent(Csv(240, seed: 1)), "train", "train.csv" },
            { new StringContent(Csv(40, seed: 2)), "validation", "validation.csv" },
            { new StringContent(Csv(80, seed: 3)), "test", "test.csv" },
        };
        using var response = await Client.PostAsync("/api/v1/datasets", form);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    public async Task<Guid> SubmitAsync(Guid dataset, int epochs, int seeds, params string[] methods)
    {
        using var response = await Client.PostAsJsonAsync("/api/v1/sweeps", new
        {
            name = "pipeline",
            datasetId = dataset,
            models = new[] { new { architecture = "BiLSTM", hyperparameters = new { epochs, batchSize = 32, learningRate = 0.005, hiddenSize = 8, embeddingSize = 8 } } },
            methods,
            sparsities = methods.Length == 0 ? Array.Empty<int>() : [80],
            seeds = new { first = 0, count = seeds },
        });
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    public Task UntilEndedAsync(Guid sweep, string state = "succeeded") => UntilAsync($"sweep {sweep} has {state}", async () =>
    {
        var now = (string?)(await GetAsync($"/api/v1/sweeps/{sweep}"))["state"];
        Assert.False(now != state && now is "failed" or "cancelled", $"The sweep has {now}.\n{Worker.Tail}");
        return now == state;
    });

    private static string Csv(int count, int seed)
    {
        var random = new Random(seed);
        string[] filler = ["the", "film", "was", "a", "story", "of", "two", "friends", "in", "town", "with", "music", "and", "rain"];
        string[][] cues = [["bad", "dull", "poor"], ["good", "fine", "great"]];
        var csv = new StringBuilder("text,label\n");
        for (var i = 0; i < count; i++)
        {
            var (label, isTurned) = (i % 2, random.Next(5) == 0);
            var words = Enumerable.Range(0, random.Next(3, 12)).Select(_ => filler[random.Next(filler.Length)]).ToList();
            words.Insert(random.Next(words.Count + 1), cues[isTurned ? 1 - label : label][random.Next(3)]);
            csv.Append(CultureInfo.InvariantCulture, $"{(isTurned ? "not " : "")}{string.Join(' ', words)},{(label == 1 ? "pos" : "neg")}\n");
        }
        return csv.ToString();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
