using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PieService.Api.Http;

/// <summary>
/// The nodes that were removed from a JSON tree, so that later paths can be reported as the client wrote them.
/// </summary>
public sealed partial class RemovedNodes
{
    private readonly Dictionary<string, SortedSet<int>> removed = [];

    private string Original(string path)
    {
        var original = "";
        foreach (Match step in Steps().Matches(path))
        {
            var index = step.Groups["index"];
            original += index.Success
                ? $"[{OriginalIndex(original, int.Parse(index.ValueSpan, CultureInfo.InvariantCulture))}]"
                : step.Value;
        }
        return original;
    }

    /// <summary>
    /// Converts a path in the reduced tree to the field as the client wrote it: $.models[0].name -> models[0].name.
    /// </summary>
    public string OriginalField(string path)
    {
        var original = Original(path.StartsWith('$') ? path : $"$.{path}");
        return original.StartsWith("$.", StringComparison.Ordinal) ? original[2..] : original;
    }

    /// <summary>Removes the node at the path; returns false if there is no such node.</summary>
    public bool Remove(JsonNode root, string path)
    {
        var original = Original(path);
        var (at, parent) = (root, (JsonNode?)null);
        Match? last = null;
        foreach (Match step in Steps().Matches(path).Skip(1))
        {
            if (at is null) return false;
            (parent, last) = (at, step);
            at = step.Groups["index"].Success
                ? (at as JsonArray)?.ElementAtOrDefault(
                    int.Parse(step.Groups["index"].ValueSpan, CultureInfo.InvariantCulture))
                : (at as JsonObject)?[Key(step)];
        }
        switch (parent)
        {
            case JsonObject holder when last is not null:
                return holder.Remove(Key(last));
            case JsonArray list when last is not null:
                var bracket = original.LastIndexOf('[');
                if (!removed.TryGetValue(original[..bracket], out var gone)) removed[original[..bracket]] = gone = [];
                var index = original.AsSpan(bracket + 1, original.Length - bracket - 2);
                gone.Add(int.Parse(index, CultureInfo.InvariantCulture));
                list.RemoveAt(int.Parse(last.Groups["index"].ValueSpan, CultureInfo.InvariantCulture));
                return true;
            default:
                return false;
        }
    }

    private int OriginalIndex(string list, int index)
    {
        if (removed.TryGetValue(list, out var gone))
        {
            foreach (var earlier in gone)
            {
                if (earlier <= index) index++;
            }
        }
        return index;
    }

    internal static string Key(Match step) =>
        step.Groups["quoted"].Success ? step.Groups["quoted"].Value : step.Groups["name"].Value;

    [GeneratedRegex(@"\$|\.(?<name>[^.\[]+)|\['(?<quoted>.*?)'\]|\[(?<index>\d+)\]")]
    internal static partial Regex Steps();
}
