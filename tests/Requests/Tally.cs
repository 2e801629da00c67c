using System.Collections.Concurrent;
using System.Text;

namespace PieService.Requests;

/// <summary>
/// The outcome of all requests: the responses by operation and status, and each kind of fault with its first request.
/// </summary>
public sealed class Tally
{
    private readonly ConcurrentDictionary<(string Operation, string Status), int> counts = new();
    private readonly ConcurrentDictionary<(string Operation, string Wrong), (
        int Times, int First, string Text)> wrongs = new();
    private int attempts, changes;

    /// <summary>The paths of created resources; each counts once, since the same response may come twice.</summary>
    public ConcurrentDictionary<string, bool> Created { get; } = new();

    public ConcurrentDictionary<string, bool> Deleted { get; } = new();

    /// <summary>The number of requests that could change something; Changes is the number of those that did.</summary>
    public int Attempts => attempts;

    public int Changes => changes;

    public bool IsClean => wrongs.IsEmpty;

    public void Count(Draft draft, Answer? answer)
    {
        var status = answer is null
            ? "hung up" : Judge.IsRefusedByServer(draft, answer) ? "not HTTP" : $"{answer.Status}";
        counts.AddOrUpdate((draft.Operation.Id, status), 1, (_, count) => count + 1);
        if (draft.Method is not ("GET" or "HEAD" or "OPTIONS"))
        {
            Interlocked.Increment(ref attempts);
            if (answer is { Status: < 300 }) Interlocked.Increment(ref changes);
        }
        // Only a POST to a collection creates a resource: one to a resource has its Location too, and creates nothing.
        var isToCollection = !draft.Operation.Path.Contains('{', StringComparison.Ordinal);
        if (answer is { Status: 201 or 202 } && draft.Method == "POST" && isToCollection
            && answer.Headers.TryGetValue("Location", out var location)) Created[location] = true;
        if (answer is { Status: 204 } && draft.Method == "DELETE")
        {
            // The path may have been altered; since it was found, it has a valid id.
            var id = draft.Path.Split('/').Select(Uri.UnescapeDataString)
                .Last(segment => Guid.TryParse(segment, out _));
            Deleted[draft.Operation.Path[..draft.Operation.Path.IndexOf('{', StringComparison.Ordinal)]
                + Guid.Parse(id)] = true;
        }
    }

    public void Wrong(Draft draft, string what, int index, string text) => wrongs.AddOrUpdate(
        (draft.Operation.Id, what), (1, index, text),
        (_, known) => index < known.First ? (known.Times + 1, index, text) : known with { Times = known.Times + 1 });

    public string Table()
    {
        var statuses = counts.Keys.Select(key => key.Status).Distinct().Order(StringComparer.Ordinal).ToList();
        var table = new StringBuilder($"{"",-24}{string.Concat(statuses.Select(status => $"{status,9}"))}\n");
        foreach (var operation in counts.Keys.Select(key => key.Operation).Distinct().Order(StringComparer.Ordinal))
            Row(operation, status => counts.GetValueOrDefault((operation, status))).Append('\n');
        Row("all", status => counts.Where(count => count.Key.Status == status).Sum(count => count.Value));
        return table.ToString();

        StringBuilder Row(string name, Func<string, int> of) =>
            table.Append($"{name,-24}").AppendJoin("", statuses.Select(status => $"{of(status),9}"));
    }

    public string Wrongs() => string.Join("\n\n", wrongs.OrderBy(wrong => wrong.Value.First).Take(40)
        .Select(wrong =>
            $"{wrong.Key.Operation}: {wrong.Key.Wrong} ({wrong.Value.Times} times, first "
            + $"request {wrong.Value.First})\n{wrong.Value.Text}"));
}
