using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using PieService.TestDatabases;

namespace PieService.Requests;

/// <summary>
/// Measures the latency of requests at a constant rate to a service that trains on all its slots. Only ./pie load runs
/// it.
/// </summary>
public sealed class Load(ITestOutputHelper output)
{
    private static readonly string[] Methods = ["MP-AI", "RP-AI"];

    [Fact(Explicit = true)]
    public async Task Requests_at_a_constant_rate_succeed_during_training()
    {
        var (rate, seconds) = (Asked.Number("PIE_LOAD_RATE", 100), Asked.Number("PIE_LOAD_SECONDS", 60));
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0"));
        var books = new Books(service);
        var dataset = await UploadAsync(service);
        await service.UntilEndedAsync(await SubmitAsync(service, "to look at", dataset, epochs: 1, Methods, seeds: 5));
        var paths = await PathsAsync(service);
        var training = await SubmitAsync(service, "at work", dataset, epochs: 5_000, [], seeds: 4);
        await service.UntilAsync(
            "both slots are training",
            async () =>
                await books.AskAsync("SELECT count(*) FROM runs WHERE state = 'running' AND epochs_done > 0") == 2);

        var before = await EpochsPerSecondAsync(
            books, () => Task.Delay(TimeSpan.FromSeconds(Math.Max(10, seconds / 2))));
        var answers = new List<Answered>();
        var cost = service.Api.ProcessorTime;
        var during = await EpochsPerSecondAsync(
            books, async () => answers = await RequestAsync(service.Client, paths, rate, seconds));
        cost = service.Api.ProcessorTime - cost;
        var after = await EpochsPerSecondAsync(
            books, () => Task.Delay(TimeSpan.FromSeconds(Math.Max(10, seconds / 2))));
        using (var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{training}/cancel", null))
            cancelled.EnsureSuccessStatusCode();

        output.WriteLine($"{answers.Count} requests at {rate}/s; milliseconds from the due time of each answered one:");
        output.WriteLine($"{"",-24}{"answered",10}{"refused",10}{"p50",8}{"p95",8}{"p99",8}{"max",8}");
        foreach (var route in answers.GroupBy(answer => answer.Route).Append(answers.GroupBy(_ => "all").Single()))
        {
            var sorted = route.Where(answer => !answer.IsRefused).Select(answer => answer.Milliseconds).Order()
                .ToList();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{route.Key,-24}{sorted.Count,10}{route.Count() - sorted.Count,10}{Percentile(sorted, 50),8:F1}"
                    + $"{Percentile(sorted, 95),8:F1}{Percentile(sorted, 99),8:F1}{sorted[^1],8:F1}"));
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"processor time of the API: {cost.TotalMilliseconds / answers.Count:F1} ms for each request"));
        var slow = answers.Select((answer, place) => (Second: place / rate, answer.Milliseconds))
            .Where(answer => answer.Milliseconds > 100).CountBy(answer => answer.Second);
        var slowSeconds = slow.Select(second => $"{second.Value} in second {second.Key}").DefaultIfEmpty("none");
        output.WriteLine($"over 100 ms, by the second of the due time: {string.Join(", ", slowSeconds)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"epochs per second: {before:F2} before, {during:F2} under load, {after:F2} "
                + $"after; {2 * during / (before + after):P0} of the undisturbed speed"));
        Assert.Empty(
            answers.Where(answer => !answer.IsGood && !answer.IsRefused).GroupBy(answer => answer.Route)
                .Select(route => $"{route.Key}: {route.Count()} failed"));
    }

    /// <summary>
    /// Arrival times are fixed in advance, and the latency of a request is measured from its due time: a stall counts
    /// for all requests that were due in it, as for real users, and not only for the one that met it.
    /// </summary>
    private static async Task<List<Answered>> RequestAsync(
        HttpClient client, IReadOnlyList<(string Route, IReadOnlyList<string> Paths)> paths, int rate, int seconds)
    {
        var (clock, pending) = (Stopwatch.StartNew(), new List<Task<Answered>>());
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < rate * seconds; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / rate);
            while (clock.Elapsed < due) await tick.WaitForNextTickAsync();
            var (route, known) = paths[i % paths.Count];
            pending.Add(AskAsync(route, known[i / paths.Count % known.Count], due));
        }
        return [.. await Task.WhenAll(pending)];

        async Task<Answered> AskAsync(string route, string path, TimeSpan due)
        {
            var (isGood, isRefused) = (false, false);
            try
            {
                using var response = await client.GetAsync(path);
                await response.Content.ReadAsByteArrayAsync();
                isGood = response.IsSuccessStatusCode;
                isRefused = response.StatusCode == HttpStatusCode.ServiceUnavailable;
            }
            catch (TaskCanceledException)
            {
                // The client's timeout has expired. It counts as a failure, with the time that it took.
            }
            return new Answered(route, (clock.Elapsed - due).TotalMilliseconds, isGood, isRefused);
        }
    }

    private static async Task<double> EpochsPerSecondAsync(Books books, Func<Task> meanwhile)
    {
        const string done = "SELECT coalesce(sum(epochs_done), 0) FROM runs";
        var (clock, before) = (Stopwatch.StartNew(), await books.AskAsync(done));
        await meanwhile();
        return (await books.AskAsync(done) - before) / clock.Elapsed.TotalSeconds;
    }

    /// <summary>The paths that a user who watches a study requests.</summary>
    private static async Task<IReadOnlyList<(string Route, IReadOnlyList<string> Paths)>> PathsAsync(
        ServiceFixture service)
    {
        var sweep = (await service.ListAsync("/api/v1/sweeps"))[0]["id"]!;
        var runs = await service.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        var comparisons = await service.ListAsync($"/api/v1/sweeps/{sweep}/comparisons");
        var dataset = (await service.GetAsync($"/api/v1/sweeps/{sweep}"))["datasetId"]!;
        var examples = (await service.GetAsync($"/api/v1/datasets/{dataset}/examples?split=test"))["items"]!.AsArray();
        return
        [
            ("sweeps", ["/api/v1/sweeps"]),
            ("sweep", [$"/api/v1/sweeps/{sweep}"]),
            ("runs", [$"/api/v1/sweeps/{sweep}/runs"]),
            ("run", [.. runs.Select(run => $"/api/v1/runs/{run["id"]}")]),
            ("comparisons", [$"/api/v1/sweeps/{sweep}/comparisons"]),
            ("PIEs", [.. comparisons.Select(comparison => $"/api/v1/comparisons/{comparison["id"]}/pies")]),
            ("examples", [$"/api/v1/datasets/{dataset}/examples?split=test",
                $"/api/v1/datasets/{dataset}/examples?pageSize=100"]),
            ("example's predictions",
                [.. examples.Select(example => $"/api/v1/examples/{example!["id"]}/predictions")]),
        ];
    }

    private static async Task<Guid> UploadAsync(ServiceFixture service)
    {
        var csv = new StringBuilder("text,label\n");
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            var words = Enumerable.Range(0, 20).Select(_ => $"word{random.Next(500) + (i % 2 == 0 ? 0 : 100)}");
            csv.AppendJoin(' ', words).Append(i % 2 == 0 ? ",pos\n" : ",neg\n");
        }
        using var form = new MultipartFormDataContent
        {
            { new StringContent(
                """{"name":"load","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"},"split":{"test":0.5}}"""), "definition" },
            { new StringContent(csv.ToString()), "file", "load.csv" },
        };
        using var response = await service.Client.PostAsync("/api/v1/datasets", form);
        response.EnsureSuccessStatusCode();
        return (Guid)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static async Task<Guid> SubmitAsync(
        ServiceFixture service, string name, Guid dataset, int epochs, string[] methods, int seeds)
    {
        using var response = await service.Client.PostAsJsonAsync("/api/v1/sweeps", new
        {
            name,
            datasetId = dataset,
            models = new[] { new
            {
                architecture = "BiLSTM",
                hyperparameters = new { epochs, batchSize = 64, hiddenSize = 50, embeddingSize = 50 },
            } },
            methods,
            sparsities = methods.Length == 0 ? Array.Empty<int>() : [50, 90],
            seeds = new { first = 0, count = seeds },
        });
        response.EnsureSuccessStatusCode();
        return (Guid)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    /// <param name="IsRefused">Whether the service was overloaded (503); such a request is to be sent again.</param>
    private sealed record Answered(string Route, double Milliseconds, bool IsGood, bool IsRefused);

    /// <summary>The percentile by the nearest-rank method.</summary>
    private static double Percentile(List<double> sorted, int percent) =>
        sorted[(int)Math.Ceiling(percent / 100.0 * sorted.Count) - 1];
}
