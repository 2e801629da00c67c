using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using PieService.Domain.Statistics;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Bench.Grid;

/// <summary>
/// ./pie bench --grid: the latency of every GET with the study's grid in the database, and what each reads there.
/// </summary>
internal static class GridBench
{
    private const int Requests = 100;

    /// <summary>A path whose first responses take this long together is requested no more often.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <param name="file">The file of the report.</param>
    public static async Task RunAsync(double grids, string file)
    {
        // A folder of tests: if this process is killed, the next one that uses such a folder ends the server.
        var folders = await TestCluster.NewFoldersAsync();
        try
        {
            var filling = Stopwatch.StartNew();
            await using var database = await GridDatabase.FillAsync(folders, grids);
            Measured.Say(await database.OneAsync("""
                SELECT format('%s runs, %s labels, %s', (SELECT count(*) FROM runs),
                    (SELECT count(*) FROM pie_labels), pg_size_pretty(pg_database_size(current_database())))
                """) + string.Create(CultureInfo.InvariantCulture, $", filled in {filling.Elapsed.TotalSeconds:F0} s"));
            new GridReport(grids, await MeasureAsync(folders.Data, database)).Write(file);
            Measured.Say($"\nwritten to {file}");
        }
        finally
        {
            Directory.Delete(folders.Data, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<GridMeasurement>> MeasureAsync(string folder, GridDatabase database)
    {
        var address = $"http://127.0.0.1:{Ports.Free()}";
        await using var api = ServiceProcess.Api(new Dictionary<string, string>
        {
            ["ConnectionStrings__Pie"] = database.ConnectionString,
            ["PIE_DATA"] = folder,
            ["PIE_REQUESTS_PER_SECOND"] = "100000",
        }, address);
        using var client = new HttpClient { BaseAddress = new(address), Timeout = TimeSpan.FromMinutes(10) };
        var document = JsonNode.Parse(await TextAsync(client, "/swagger/v1/swagger.json", api))!.AsObject();
        // The service stores them in the background.
        await Until.HoldsAsync(
            async () => await database.OneAsync(
                "SELECT count(*) FROM sweeps WHERE id NOT IN (SELECT sweep_id FROM sweep_totals)") == "0",
            "the totals of all sweeps are stored", TimeSpan.FromMinutes(10), () => api.Tail);
        var paths = new List<(string Name, string Path)>();
        // Each path once: afterwards the code is compiled, and a first request shows what the database costs.
        foreach (var (name, path) in GridPaths.Of(document, await IdsAsync(database)))
        {
            using var response = await client.GetAsync(path);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                Measured.Say($"Not measured, since the grid does not have it: GET {name}.");
                continue;
            }
            response.EnsureSuccessStatusCode();
            paths.Add((name, path));
        }
        await database.RestartAsync();
        DropFileCache();
        await TextAsync(client, "/api/v1/system", api);
        // In this order: a path finds the pages that those before it have read.
        var first = new Dictionary<string, double>();
        foreach (var (name, path) in paths) first[name] = (await TimeAsync(client, path)).Milliseconds;

        var background = await BackgroundAsync(database);
        Measured.Say("| path | bytes | first | p50 | p95 | p99 | blocks | rows |");
        Measured.Say("|---|---|---|---|---|---|---|---|");
        var all = new List<GridMeasurement>();
        foreach (var (name, path) in paths)
        {
            var (bytes, _) = await TimeAsync(client, path);
            await database.ForgetStatementsAsync();
            await TimeAsync(client, path);
            var (blocks, rows) = await database.ReadAsync(background);
            var (times, clock) = (new List<double>(), Stopwatch.StartNew());
            while (times.Count < Requests && (times.Count < 3 || clock.Elapsed < Longest))
                times.Add((await TimeAsync(client, path)).Milliseconds);
            times.Sort();
            var measured = new GridMeasurement(
                name, bytes, first[name], Percentile.Of(times, 50), Percentile.Of(times, 95), Percentile.Of(times, 99),
                blocks, rows);
            Measured.Say(measured.Row);
            all.Add(measured);
        }
        return all;
    }

    /// <summary>The statements that the service makes when nobody asks; the slowest of them once a minute.</summary>
    private static async Task<HashSet<long>> BackgroundAsync(GridDatabase database)
    {
        await database.ForgetStatementsAsync();
        await Task.Delay(TimeSpan.FromSeconds(65));
        return await database.StatementsAsync();
    }

    private static async Task<IReadOnlyDictionary<string, string>> IdsAsync(GridDatabase database)
    {
        var sweep = await database.OneAsync("SELECT id FROM sweeps WHERE name LIKE 'snli%' ORDER BY name, id LIMIT 1");
        var dataset = await database.OneAsync($"SELECT dataset_id FROM sweeps WHERE id = '{sweep}'");
        var compared = $"SELECT id FROM comparisons WHERE sweep_id = '{sweep}' AND split = 'test'";
        return new Dictionary<string, string>
        {
            ["sweeps"] = sweep,
            ["datasets"] = dataset,
            ["runs"] = await database.OneAsync(
                $"SELECT id FROM runs WHERE sweep_id = '{sweep}' ORDER BY ordinal LIMIT 1"),
            ["comparisons"] = await database.OneAsync($"{compared} ORDER BY ordinal DESC LIMIT 1"),
            ["pair"] = await database.OneAsync($"{compared} ORDER BY ordinal LIMIT 1"),
            ["examples"] = await database.OneAsync(
                $"SELECT id FROM examples WHERE dataset_id = '{dataset}' AND split = 'test' AND position = 20"),
        };
    }

    private static async Task<(long Bytes, double Milliseconds)> TimeAsync(HttpClient client, string path)
    {
        var start = Stopwatch.GetTimestamp();
        using var response = await client.GetAsync(path);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadAsByteArrayAsync();
        return (body.Length, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>Waits until the service answers with success.</summary>
    private static async Task<string> TextAsync(HttpClient client, string path, ServiceProcess api)
    {
        string? text = null;
        await Until.HoldsAsync(
            async () =>
            {
                try
                {
                    using var response = await client.GetAsync(path);
                    text = await response.Content.ReadAsStringAsync();
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            $"GET {path} succeeds", TimeSpan.FromMinutes(2), () => api.Tail);
        return text!;
    }

    /// <summary>Only root may; otherwise a cold request reads from the system's cache of files.</summary>
    private static void DropFileCache()
    {
        try
        {
            File.WriteAllText("/proc/sys/vm/drop_caches", "1");
        }
        catch (Exception notPermitted) when (notPermitted is IOException or UnauthorizedAccessException)
        {
            Measured.Say("The system's cache of files stays: only root may drop it.");
        }
    }
}
