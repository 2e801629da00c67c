using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace PieService.TestSupport;

/// <summary>A client for tests that start the service as separate processes.</summary>
public abstract class ServiceClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>The last output of the processes, for the message of a failed test.</summary>
    protected abstract string Tail { get; }

    public void Dispose()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until the condition holds; fails with the output of the processes if it does not.</summary>
    public Task UntilAsync(string what, Func<Task<bool>> isSo) => Until.HoldsAsync(isSo, what, Patience, () => Tail);

    public async Task<JsonObject> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonObject>(path))!;

    /// <summary>All items of a list, page by page.</summary>
    public async Task<List<JsonNode>> ListAsync(string path)
    {
        var (items, token) = (new List<JsonNode>(), "");
        do
        {
            var page = await GetAsync(
                $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}pageSize=100{token}");
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);
        return items;
    }

    /// <summary>
    /// Two classes with cue words that are reversed after "not". The content is always the same, its id is new.
    /// </summary>
    public async Task<Guid> UploadAsync()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(
                """{"name":"cues","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"}}""",
                Encoding.UTF8, "application/json"), "definition" },
            { new StringContent(Csv(240, seed: 1)), "train", "train.csv" },
            { new StringContent(Csv(40, seed: 2)), "validation", "validation.csv" },
            { new StringContent(Csv(80, seed: 3)), "test", "test.csv" },
        };
        using var response = await Client.PostAsync("/api/v1/datasets", form);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    public Task<Guid> SubmitAsync(Guid dataset, int epochs, int seeds, params string[] methods) =>
        SubmitAsync(dataset, epochs, seeds, ["test"], methods);

    public async Task<Guid> SubmitAsync(
        Guid dataset, int epochs, int seeds, string[] predictSplits, params string[] methods)
    {
        using var response = await Client.PostAsJsonAsync("/api/v1/sweeps", new
        {
            name = "pipeline",
            datasetId = dataset,
            models = new[] { new
            {
                architecture = "BiLSTM",
                hyperparameters = new
                {
                    epochs,
                    batchSize = 32,
                    learningRate = 0.005,
                    hiddenSize = 8,
                    embeddingSize = 8,
                },
            } },
            methods,
            sparsities = methods.Length == 0 ? Array.Empty<int>() : [80],
            seeds = new { first = 0, count = seeds },
            predictSplits,
        });
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    public Task UntilEndedAsync(Guid sweep, string state = "succeeded") =>
        UntilAsync($"the state of sweep {sweep} is {state}", async () =>
        {
            var now = (string?)(await GetAsync($"/api/v1/sweeps/{sweep}"))["state"];
            Assert.False(now != state && now is "failed" or "cancelled", $"The state of the sweep is {now}.\n{Tail}");
            return now == state;
        });

    public static string Csv(int count, int seed)
    {
        var random = new Random(seed);
        string[] filler = ["the", "film", "was", "a", "story", "of", "two", "friends", "in", "town", "with", "music",
            "and", "rain"];
        string[][] cues = [["bad", "dull", "poor"], ["good", "fine", "great"]];
        var csv = new StringBuilder("text,label\n");
        for (var i = 0; i < count; i++)
        {
            var (label, isTurned) = (i % 2, random.Next(5) == 0);
            var words = Enumerable.Range(0, random.Next(3, 12)).Select(_ => filler[random.Next(filler.Length)])
                .ToList();
            words.Insert(random.Next(words.Count + 1), cues[isTurned ? 1 - label : label][random.Next(3)]);
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{(isTurned ? "not " : "")}{string.Join(' ', words)},{(label == 1 ? "pos" : "neg")}\n");
        }
        return csv.ToString();
    }

    public static int FreePort() => Ports.Free();
}
