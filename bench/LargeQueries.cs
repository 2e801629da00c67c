using System.Diagnostics;
using System.Text.Json.Nodes;
using PieService.TestSupport;

namespace PieService.Bench;

/// <summary>Requests for a large comparison, from the API as a process of its own.</summary>
internal static class LargeQueries
{
    private const int Requests = 5;

    private static readonly string[] Paths =
    [
        "analysis", "seed-plan", "classes", "examples?maxQ=0.05&orderBy=q", "examples?orderBy=shift",
        "pies?orderBy=inclusion",
    ];

    public static async Task RunAsync(string connectionString, Guid comparison)
    {
        var folder = Directory.CreateTempSubdirectory("pie-bench-").FullName;
        try
        {
            var address = $"http://127.0.0.1:{Ports.Free()}";
            await using var api = ServiceProcess.Api(
                new Dictionary<string, string> { ["ConnectionStrings__Pie"] = connectionString, ["PIE_DATA"] = folder },
                address);
            using var client = new HttpClient { BaseAddress = new(address), Timeout = TimeSpan.FromMinutes(10) };
            await ReadyAsync(client);
            Measured.Say($"| path | first | shortest of {Requests} | bytes |");
            Measured.Say("|---|---|---|---|");
            foreach (var path in Paths)
            {
                var (times, answer) = (new List<double>(), Array.Empty<byte>());
                for (var request = 0; request < Requests; request++)
                    times.Add(await Measured.ElapsedAsync(async () =>
                        answer = await client.GetByteArrayAsync($"/api/v1/comparisons/{comparison}/{path}")));
                if (JsonNode.Parse(answer)!["items"] is JsonArray { Count: 0 })
                    throw new InvalidOperationException($"{path} has no rows, so its time measures nothing.");
                Measured.Say(
                    $"| `{path}` | {times[0] * 1000:F0} ms | {times.Min() * 1000:F0} ms | {answer.Length:N0} |");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static async Task ReadyAsync(HttpClient client)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await client.GetAsync("/health/ready");
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (clock.Elapsed < TimeSpan.FromMinutes(1))
            {
                // The API does not listen yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}
