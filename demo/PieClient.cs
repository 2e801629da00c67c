using System.Net.Http.Headers;
using System.Text.Json;

namespace PieService.Demo;

/// <summary>What the demo asks of the service: the parts of the HTTP contract that it needs, and no more.</summary>
/// <param name="http">Its base address ends in /api/v1/.</param>
public sealed class PieClient(HttpClient http)
{
    public Task<ServiceState> SystemAsync() => GetAsync<ServiceState>("system");

    public IAsyncEnumerable<Dataset> DatasetsAsync() => ListAsync<Dataset>("datasets?");

    /// <param name="files">One for each split.</param>
    public async Task<Dataset> UploadAsync(string definition, IEnumerable<SplitFile> files)
    {
        using var form = new MultipartFormDataContent { { Json(definition), "definition" } };
        foreach (var file in files)
            form.Add(new StringContent(file.Csv, new MediaTypeHeaderValue("text/csv", "utf-8")), file.Split, $"{file.Split}.csv");
        return await ReadAsync<Dataset>(await http.PostAsync("datasets", form));
    }

    public IAsyncEnumerable<Example> ExamplesAsync(Guid datasetId, string split) => ListAsync<Example>($"datasets/{datasetId}/examples?split={split}&");

    public async Task<Sweep> SubmitAsync(string request) => await ReadAsync<Sweep>(await http.PostAsync("sweeps", Json(request)));

    public Task<Sweep> SweepAsync(Guid id) => GetAsync<Sweep>($"sweeps/{id}");

    public IAsyncEnumerable<Run> FailedRunsAsync(Guid sweepId) => ListAsync<Run>($"sweeps/{sweepId}/runs?state=failed&");

    public IAsyncEnumerable<Comparison> ComparisonsAsync(Guid sweepId) => ListAsync<Comparison>($"sweeps/{sweepId}/comparisons?");

    /// <summary>The PIEs of a comparison, the clearest disagreements first.</summary>
    public IAsyncEnumerable<Pie> PiesAsync(Guid comparisonId) => ListAsync<Pie>($"comparisons/{comparisonId}/pies?orderBy=margin&");

    /// <param name="list">Ends where the paging parameters go.</param>
    private async IAsyncEnumerable<T> ListAsync<T>(string list)
    {
        var next = "";
        while (true)
        {
            var page = await GetAsync<Page<T>>($"{list}pageSize=1000{next}");
            foreach (var item in page.Items) yield return item;
            if (page.NextPageToken is null) yield break;
            next = $"&pageToken={page.NextPageToken}";
        }
    }

    private static StringContent Json(string text) => new(text, new MediaTypeHeaderValue("application/json", "utf-8"));

    private async Task<T> GetAsync<T>(string path) => await ReadAsync<T>(await http.GetAsync(path));

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response)
    {
        using (response)
        {
            var body = await response.Content.ReadAsStringAsync();
            if (!response.IsSuccessStatusCode)
                throw new DemoException($"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} answered {(int)response.StatusCode}: {body}");
            return JsonSerializer.Deserialize<T>(body, JsonSerializerOptions.Web)!;
        }
    }

    private sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken);
}

/// <summary>The demo cannot go on; the message says why.</summary>
public sealed class DemoException(string message) : Exception(message);

public sealed record SplitFile(string Split, string Csv);

public sealed record ServiceState(string Version, string Database, IReadOnlyList<Worker> Workers);

public sealed record Worker(int Slots, string Device);

public sealed record Dataset(Guid Id, string Name);

/// <param name="SourceId">The id column of the uploaded file.</param>
public sealed record Example(Guid Id, string SourceId);

public sealed record Sweep(Guid Id, string State, Progress Progress)
{
    public bool HasEnded => State is "succeeded" or "failed" or "cancelled";
}

public sealed record Progress(RunCounts Runs, EpochCounts Epochs, DateTimeOffset? EstimatedFinish);

public sealed record RunCounts(int Total, int Succeeded);

/// <param name="Shared">Of the total, those that needed no training of their own.</param>
public sealed record EpochCounts(long Total, long Done, long Shared);

public sealed record Run(string Method, decimal Sparsity, int Seed, string? Error);

public sealed record Spread(double Mean, double? Sd);

/// <summary>A pruned cohort against its dense cohort.</summary>
public sealed record Comparison(
    Guid Id, string Method, decimal Sparsity, Spread AchievedSparsity, int Examples, int Pies, double PieRate,
    Both<int> Ties, Both<Spread> Score, Both<double?> ScoreOnPies);

public sealed record Both<T>(T Dense, T Pruned);

/// <summary>An example on which the majorities of the two cohorts differ.</summary>
public sealed record Pie(Guid ExampleId, string Text, IReadOnlyList<string> Labels, Vote Dense, Vote Pruned);

public sealed record Vote(IReadOnlyList<string> Predicted, IReadOnlyDictionary<string, int> Votes);
