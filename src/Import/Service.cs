using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PieService.Domain;
using PieService.Domain.Foreign.Guess;

namespace PieService.Import;

/// <summary>The service to which files are sent.</summary>
internal sealed class Service : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HttpClient http;

    public Service(Uri address, string? key)
    {
        http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (key is { Length: > 0 }) http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    public Uri Address => http.BaseAddress!;

    /// <summary>Sends an import, or only has its files checked.</summary>
    /// <returns>The import as the service has accepted it; of a check, what would be read.</returns>
    /// <exception cref="ImportException">The service has refused it.</exception>
    public async Task<JsonNode> SendAsync(GuessedImport import, bool isDryRun)
    {
        using var body = new MultipartFormDataContent();
        body.Add(
            new StringContent(Json.Write(import.Definition), Encoding.UTF8, "application/json"), "definition");
        foreach (var (part, path) in import.Parts)
        {
            var file = new StreamContent(File.OpenRead(path));
            file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            body.Add(file, part, Path.GetFileName(path));
        }
        using var response = await http.PostAsync(
            $"api/v1/prediction-imports{(isDryRun ? "?validateOnly=true" : "")}", body);
        return await ReadAsync(response, import);
    }

    /// <summary>The import when it has ended.</summary>
    /// <exception cref="ImportException">It has failed or was cancelled.</exception>
    public async Task<JsonNode> EndedAsync(JsonNode sent, GuessedImport import)
    {
        for (var now = sent; ; now = await AwaitAsync($"api/v1/imports/{sent["id"]}"))
            switch ((string?)now["state"])
            {
                case "succeeded": return now;
                case "failed": throw new ImportException(Problem(now["problem"]!, import));
                case "cancelled": throw new ImportException("The import was cancelled.");
                default:
                    await Task.Delay(Pause);
                    break;
            }
    }

    /// <summary>The sweep when its comparisons are labelled.</summary>
    public async Task<JsonNode> LabelledAsync(string sweep)
    {
        for (string? told = null; ;)
        {
            var now = await AwaitAsync($"api/v1/sweeps/{sweep}");
            if ((string?)now["state"] is "succeeded" or "failed" or "cancelled") return now;
            var waits = string.Join("; ", now["waitingFor"]!.AsArray().Select(reason => (string?)reason));
            if (waits.Length > 0 && waits != told) await Console.Error.WriteLineAsync($"waiting: {told = waits}");
            await Task.Delay(Pause);
        }
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await http.GetAsync(path);
        return await ReadAsync(response, null);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Gets a resource, and waits for the service while it restarts, as ./pie wait does.</summary>
    private async Task<JsonNode> AwaitAsync(string path)
    {
        for (var told = false; ; told = true)
        {
            string reason;
            try
            {
                using var response = await http.GetAsync(path);
                if ((int)response.StatusCode is not (429 or >= 500)) return await ReadAsync(response, null);
                reason = $"{(int)response.StatusCode}";
            }
            catch (HttpRequestException unreachable)
            {
                reason = unreachable.Message;
            }
            if (!told) await Console.Error.WriteLineAsync($"no answer from {Address} ({reason}); waiting for it");
            await Task.Delay(Pause);
        }
    }

    private async Task<JsonNode> ReadAsync(HttpResponseMessage response, GuessedImport? import)
    {
        var text = await response.Content.ReadAsStringAsync();
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            json = null;
        }
        if (json is null)
            throw new ImportException($"{Address} answered {(int)response.StatusCode}, but not with JSON.");
        return response.IsSuccessStatusCode ? json : throw new ImportException(Problem(json, import));
    }

    /// <summary>The problem with all errors, whose files are named by their paths.</summary>
    private static string Problem(JsonNode problem, GuessedImport? import)
    {
        // The detail would refer to the errors, which follow, and name a file by its part.
        var text = new StringBuilder(
            (problem["errors"] is null ? (string?)problem["detail"] : null) ?? (string?)problem["title"]
            ?? "It was refused.");
        foreach (var error in problem["errors"] switch
        {
            JsonArray list => list.OfType<JsonNode>(),
            JsonObject fields => fields.SelectMany(field => field.Value!.AsArray().Select(message =>
                (JsonNode)new JsonObject { ["field"] = field.Key, ["message"] = message?.DeepClone() })),
            _ => [],
        })
        {
            var file = (string?)error["file"];
            var place = file is not null && import?.Parts.GetValueOrDefault(file) is { } path ? path
                : file ?? (string?)error["field"];
            var line = error["line"] is { } number ? $", line {number}" : "";
            text.Append($"\n  {place}{line}: {(string?)error["message"] ?? (string?)error["detail"]}");
        }
        return text.ToString();
    }
}
