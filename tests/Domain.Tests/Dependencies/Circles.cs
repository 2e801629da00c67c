namespace PieService.Domain.Tests.Dependencies;

/// <summary>Cycles: sets of nodes in which each node can be reached from every other one.</summary>
internal static class Circles
{
    /// <summary>Folders that use one another, directly or by way of others.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> OfFolders(IEnumerable<Use> uses) =>
        Of(uses.Select(use => (use.FromFolder, use.ToFolder)));

    /// <summary>Files that use one another, directly or by way of others.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> OfFiles(IEnumerable<Use> uses) =>
        Of(uses.Where(use => !use.IsDirective).Select(use => (use.From, use.To)));

    /// <summary>The cycles, with the largest first.</summary>
    private static IReadOnlyList<IReadOnlyList<string>> Of(IEnumerable<(string From, string To)> arrows)
    {
        var next = arrows.Where(arrow => arrow.From != arrow.To).Distinct()
            .ToLookup(arrow => arrow.From, arrow => arrow.To, StringComparer.Ordinal);
        var reached = next.ToDictionary(node => node.Key, node => ReachedFrom(node.Key, next), StringComparer.Ordinal);
        return
        [
            .. reached.Keys.Where(node => reached[node].Contains(node))
                .GroupBy(node => reached.Keys.Where(other => IsMutual(node, other)).Min(StringComparer.Ordinal))
                .Select(circle => circle.Order(StringComparer.Ordinal).ToList())
                .OrderByDescending(circle => circle.Count).ThenBy(circle => circle[0], StringComparer.Ordinal),
        ];

        bool IsMutual(string one, string other) => reached[one].Contains(other) && reached[other].Contains(one);
    }

    private static HashSet<string> ReachedFrom(string start, ILookup<string, string> next)
    {
        var (reached, waiting) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([start]));
        while (waiting.TryPop(out var node))
            foreach (var other in next[node].Where(reached.Add)) waiting.Push(other);
        return reached;
    }
}
