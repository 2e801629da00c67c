using System.Text;
using PieService.TestDatabases;

namespace PieService.Requests;

/// <summary>
/// Requests of every kind, made from the OpenAPI document, to a running service. It is short in ./pie test;
/// ./pie requests --count N --seed S sets its length.
/// </summary>
public sealed class Campaign(ITestOutputHelper output)
{
    /// <summary>Enough for requests to overlap, few enough for the machine to respond promptly.</summary>
    private const int AtATime = 4;

    private const int Blocks = 25;

    [Fact]
    public async Task Every_response_conforms_to_the_OpenAPI_document()
    {
        var (count, seed) = (Asked.Number("PIE_REQUEST_COUNT", 500), Asked.Number("PIE_REQUEST_SEED", 1));
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_SLOTS", "1"), ("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0"),
            ("PIE_REQUESTS_PER_SECOND", "100000"));
        var (contract, books, tally) =
            (await Contract.ReadAsync(await service.GetAsync("/swagger/v1/swagger.json")), new Books(service),
                new Tally());
        var harvest = await Harvest.ReapAsync(contract, service, spares: Math.Clamp(count / 100, 8, 60));
        // The worker is stopped until the end of the requests: the training of generated sweeps would never end.
        await StopWorkerAsync(service);
        var before = await books.RowsAsync();
        var generator = new Generator(contract, harvest, service.Client.BaseAddress!, seed);

        var (memory, descriptors, sessions) = (new List<long>(), new List<int>(), new List<long>());
        foreach (var block in Enumerable.Range(0, count).Chunk(Math.Max(1, count / Blocks)))
        {
            await Parallel.ForEachAsync(block, new ParallelOptions
            {
                MaxDegreeOfParallelism = AtATime,
            }, async (index, _) => await AskAsync(service, contract, generator, tally, index, seed));
            memory.Add(books.ResidentMiB());
            descriptors.Add(books.Descriptors());
            sessions.Add(await books.SessionsAsync());
        }

        output.WriteLine($"{count} requests (seed {seed}):\n{tally.Table()}");
        output.WriteLine(
            $"MiB resident: {string.Join(' ', memory)}\ndescriptors: {string.Join(' ', descriptors)}\ndatabase "
                + $"sessions: {string.Join(' ', sessions)}");
        Assert.True(tally.IsClean, tally.Wrongs());
        await service.UntilAsync("no upload is left", () => Task.FromResult(books.Uploads().Count == 0));
        await RowsAreExplainedAsync(books, before, tally);
        // In the second fifth the heap has met every kind of request. Later it may vary with the garbage collector, by
        // a quarter and by the size of the youngest generation on a busy machine, but not grow: a leak of 32 KiB per
        // request shows in 10,000 requests (./pie requests --count).
        Assert.InRange(
            Median(memory[^Fifth(memory)..]), 0, Median(memory[Fifth(memory)..(2 * Fifth(memory))]) * 5 / 4 + 64);
        // Pools of sessions and threads fill in the first half, on a busy machine later than on an idle one. The
        // medians are two fifths apart: in 500 requests, the loss of a descriptor at every 20th request would show,
        // and in 10,000 (./pie requests --count) the loss at every 400th.
        var (fifth, middle) = (Fifth(memory), (descriptors.Count / 2) - (Fifth(memory) / 2));
        Assert.InRange(Median(descriptors[^fifth..]), 0, Median(descriptors[middle..(middle + fifth)]) + 10);
        // The sessions are those of four requests at a time, of the dispatcher and of the queue.
        Assert.InRange(sessions.Max(), 1, 20);
        await ItStillTrainsAsync(service);
    }

    private static async Task AskAsync(
        ServiceFixture service, Contract contract, Generator generator, Tally tally, int index, int seed)
    {
        var draft = generator.Make(index);
        var bytes = draft.ToBytes();
        Answer? answer = null;
        string? wrong;
        try
        {
            answer = await RawHttp.SendAsync(service.Client.BaseAddress!, bytes, draft.HangsUp);
            wrong = Judge.WrongWith(contract, draft, answer);
        }
        catch (TimeoutException late)
        {
            wrong = late.Message;
        }
        tally.Count(draft, answer);
        if (wrong is null) return;
        var file = Path.Combine(Path.GetTempPath(), $"pie-request-{seed}-{index}.http");
        await File.WriteAllBytesAsync(file, bytes);
        tally.Wrong(draft, wrong, index, $"""
            {(draft.Story.Count == 0 ? "a good request" : string.Join(", ", draft.Story))}; seed {seed}, request {index}
            again: nc {service.Client.BaseAddress!.Host} {service.Client.BaseAddress.Port} < {file}
            {Shown(Encoding.Latin1.GetString(bytes))}
            response: {answer?.Status} {answer?.MediaType} {Shown(answer?.Text ?? "none")}
            """);
    }

    private static async Task RowsAreExplainedAsync(Books books, SortedDictionary<string, long> before, Tally tally)
    {
        var after = await books.RowsAsync();
        // An import of predictions makes a dataset and a sweep; its Location is the import.
        var imported = await books.AskAsync("SELECT count(*) FROM imports WHERE sweep_id IS NOT NULL");
        Assert.Equal(before["datasets"] + Made(tally, "/api/v1/datasets/") + imported, after["datasets"]);
        Assert.Equal(before["sweeps"] + Made(tally, "/api/v1/sweeps/") + imported, after["sweeps"]);
        // Their examples and runs are complete, and there are no others.
        Assert.Equal(
            await books.AskAsync(
                "SELECT coalesce(sum((split->>'examples')::int), 0) FROM datasets, jsonb_array_elements(splits) AS "
                    + "split"), after["examples"]);
        Assert.Equal(
            await books.AskAsync("SELECT coalesce(sum(runs_total), 0) FROM sweep_progress"), after["sweep_runs"]);
        Assert.Equal(
            0, await books.AskAsync(
                "SELECT count(*) FROM runs WHERE NOT EXISTS (SELECT 1 FROM sweep_runs WHERE run_id = runs.id)"));
        // No other table grows by more than a few rows for each change; the audit may have a row for each attempt.
        string[] counted = ["datasets", "sweeps", "examples", "sweep_runs", "runs", "comparisons"];
        Assert.All(
            after.Where(table => !counted.Contains(table.Key)),
            table => Assert.InRange(
                table.Value, 0, before[table.Key] + (table.Key == "audit" ? tally.Attempts : 4 * tally.Changes)));
    }

    private static int Made(Tally tally, string path) =>
        tally.Created.Keys.Count(made => made.StartsWith(path, StringComparison.Ordinal))
        - tally.Deleted.Keys.Count(made => made.StartsWith(path, StringComparison.Ordinal));

    private static async Task ItStillTrainsAsync(ServiceFixture service)
    {
        foreach (var sweep in await service.ListAsync("/api/v1/sweeps"))
        {
            using var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{sweep["id"]}/cancel", null);
            cancelled.EnsureSuccessStatusCode();
        }
        service.StartWorker();
        await service.UntilEndedAsync(
            await service.SubmitAsync(await service.UploadAsync(), epochs: 2, seeds: 2, "RP-AI"));
    }

    private static async Task StopWorkerAsync(ServiceFixture service)
    {
        service.Worker.Signal("TERM");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await service.Worker.WaitForExitAsync(limit.Token);
    }

    private static string Shown(string text) =>
        new([.. text.Take(700).Select(c => c is >= ' ' and <= '~' or '\n' ? c : '·')]);

    private static int Fifth(List<long> samples) => Math.Max(1, samples.Count / 5);

    private static T Median<T>(List<T> samples) => samples.Order().ElementAt(samples.Count / 2);
}
