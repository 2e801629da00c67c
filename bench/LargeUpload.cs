using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using PieService.Bench.Parts;
using PieService.Domain;
using PieService.Domain.Foreign;
using PieService.TestSupport;

namespace PieService.Bench;

/// <summary>
/// The time and the peak memory of an import of predictions over HTTP, from the first byte that is sent until the sweep
/// is stored, with the API as a process of its own.
/// </summary>
internal static class LargeUpload
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="parts">The paths of the files by the names of their parts.</param>
    public static async Task RunAsync(PredictionImport import, IReadOnlyDictionary<string, string> parts)
    {
        await using var database = await BenchDatabase.OpenAsync();
        var folder = Directory.CreateTempSubdirectory("pie-bench-").FullName;
        try
        {
            var address = $"http://127.0.0.1:{Ports.Free()}";
            await using var api = ServiceProcess.Api(
                new Dictionary<string, string>
                {
                    ["ConnectionStrings__Pie"] = database.ConnectionString,
                    ["PIE_DATA"] = folder,
                },
                address);
            using var client = new HttpClient { BaseAddress = new(address), Timeout = TimeSpan.FromMinutes(30) };
            await LargeQueries.ReadyAsync(client);
            var (before, receiving, answer) = (api.ProcessorTime, 0.0, JsonNode.Parse("{}")!);
            var storing = await Measured.ElapsedAsync(async () =>
            {
                receiving = await Measured.ElapsedAsync(async () => answer = await SendAsync(client, import, parts));
                answer = await EndedAsync(client, (string)answer["id"]!);
            });
            if ((string?)answer["state"] != "succeeded") throw new InvalidOperationException(answer.ToJsonString());
            Measured.Say(
                $"over HTTP: received after {receiving:F1} s, stored after {storing:F1} s, "
                + $"{(api.ProcessorTime - before).TotalSeconds:F1} s of the API's processor time, at most "
                + $"{Measured.PeakMiB($"{api.Id}"):F0} MiB resident; load {File.ReadAllText("/proc/loadavg").Trim()}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<JsonNode> SendAsync(
        HttpClient client, PredictionImport import, IReadOnlyDictionary<string, string> parts)
    {
        using var body = new MultipartFormDataContent
        {
            { new StringContent(Json.Write(import), new MediaTypeHeaderValue("application/json")), "definition" },
        };
        foreach (var (part, path) in parts) body.Add(new StreamContent(File.OpenRead(path)), part, part);
        using var response = await client.PostAsync("/api/v1/prediction-imports", body);
        var answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(answer)! : throw new InvalidOperationException(answer);
    }

    private static async Task<JsonNode> EndedAsync(HttpClient client, string import)
    {
        while (true)
        {
            var now = JsonNode.Parse(await client.GetStringAsync($"/api/v1/imports/{import}"))!;
            if (now["finishedAt"] is not null) return now;
            await Task.Delay(Pause);
        }
    }
}
