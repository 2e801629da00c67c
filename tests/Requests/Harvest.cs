using System.Text.Json.Nodes;
using PieService.TestSupport;

namespace PieService.Requests;

/// <summary>
/// The ids in the service by kind (datasets, runs, …), page tokens and labels. Without them nearly every request would
/// end in a 404.
/// </summary>
public sealed class Harvest
{
    private readonly Dictionary<string, List<string>> ids = [];
    private readonly List<string> tokens = [];

    /// <summary>Labels and names for filters.</summary>
    public List<string> Words { get; } = ["bilstm"];

    /// <summary>Resources that may be deleted, paused and cancelled; the others are kept.</summary>
    public Dictionary<string, List<string>> Spares { get; } = [];

    public IReadOnlyList<string> Tokens => tokens;

    /// <summary>All ids of a kind; those of all kinds if it has none.</summary>
    public IReadOnlyList<string> Ids(string noun) =>
        ids.TryGetValue(noun, out var known) ? known : [.. ids.Values.SelectMany(all => all)];

    /// <summary>The kind of an id, from the path segment before it or the field's name (datasetId: datasets).</summary>
    public static string Noun(Operation operation, string parameter)
    {
        var segments = operation.Path.Split('/');
        var at = Array.IndexOf(segments, $"{{{parameter}}}");
        return at > 0 ? segments[at - 1] : $"{parameter[..^2]}s";
    }

    public static async Task<Harvest> ReapAsync(Contract contract, ServiceClient service, int spares)
    {
        var harvest = new Harvest();
        for (var i = 0; i < spares; i++)
        {
            var dataset = await service.UploadAsync();
            Add(harvest.Spares, "datasets", $"{dataset}");
            // Every second dataset is in use, and cannot be deleted.
            if (i % 2 == 0)
                Add(harvest.Spares, "sweeps", $"{await service.SubmitAsync(dataset, epochs: 2, seeds: 2, "MP-AI")}");
        }
        var main = await service.UploadAsync();
        await service.UntilEndedAsync(await service.SubmitAsync(main, epochs: 3, seeds: 3, "MP-AI", "IMP"));

        // Shorter paths come first: the path of a list has ids from earlier lists only.
        var lists =
            contract.Operations.Where(
                operation =>
                    operation.Method == "GET"
                    && operation.Parameters.Any(parameter => (string?)parameter["name"] == "pageToken"));
        foreach (var list in lists.OrderBy(operation => operation.Path.Count(c => c == '{'))
            .ThenBy(operation => operation.Path.Length))
        {
            var path = list.Path;
            foreach (var parameter in list.Parameters.Where(parameter => (string?)parameter["in"] == "path")
                .Select(parameter => (string)parameter["name"]!))
                path = path.Replace(
                    $"{{{parameter}}}", harvest.Ids(Noun(list, parameter)).FirstOrDefault("0"),
                    StringComparison.Ordinal);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?pageSize=3");
            // Events are a stream unless JSON is accepted.
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await service.Client.SendAsync(request);
            if (!response.IsSuccessStatusCode) continue;
            var page = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if ((string?)page["nextPageToken"] is { } token) harvest.tokens.Add(token);
            foreach (var item in page["items"]!.AsArray()) harvest.Keep(list.Path.Split('/')[^1], item!);
        }
        return harvest;
    }

    private void Keep(string noun, JsonNode item)
    {
        foreach (var (field, value) in item.AsObject())
        {
            if (field == "id") Add(ids, noun, $"{value}");
            else if (field.EndsWith("Id", StringComparison.Ordinal) && value is not null)
                Add(ids, $"{field[..^2]}s", $"{value}");
            else if (field == "labels") Words.AddRange(value!.AsArray().Select(label => (string)label!).Except(Words));
        }
    }

    private static void Add(Dictionary<string, List<string>> all, string noun, string id)
    {
        if (!all.TryGetValue(noun, out var known)) all[noun] = known = [];
        if (!known.Contains(id)) known.Add(id);
    }
}
