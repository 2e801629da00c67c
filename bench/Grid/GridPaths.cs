using System.Text.Json.Nodes;
using PieService.Api.Pages;

namespace PieService.Bench.Grid;

/// <summary>
/// The paths that a client of the grid requests: each list and resource of the OpenAPI document, so that a new route is
/// measured without a change here, some with filters and as files, the figures and the pages.
/// </summary>
internal static class GridPaths
{
    /// <param name="document">The OpenAPI document of the service.</param>
    /// <param name="ids">The id of a resource of each kind, by the first word of its path.</param>
    public static IEnumerable<(string Name, string Path)> Of(
        JsonObject document, IReadOnlyDictionary<string, string> ids)
    {
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            if (operations!["get"] is null || path.StartsWith("/health", StringComparison.Ordinal)) continue;
            // An event stream does not end, no run of the grid keeps its model, 40 comparisons do not intersect, the
            // power needs shares, and a bundle has the whole study.
            string[] left = ["/events", "/model", "/intersections", "/power", "/bundle"];
            if (left.Any(end => path.EndsWith(end, StringComparison.Ordinal))) continue;
            if (Filled(path, ids) is { } filled) yield return (path, filled);
        }
        foreach (var (path, query) in new[]
        {
            ("/api/v1/sweeps/{id}/runs", "pageSize=1000"),
            ("/api/v1/sweeps/{id}/runs", "method=IMP&sparsity=90"),
            ("/api/v1/sweeps/{id}/runs", "format=csv"),
            ("/api/v1/power", "dense=0.8,0.2&pruned=0.4,0.6&seeds=30"),
            ("/api/v1/sweeps/{id}/intersections", "method=IMP&split=test"),
            ("/api/v1/comparisons/{id}/pies", "minMargin=0.5"),
            ("/api/v1/comparisons/{id}/pies", "format=parquet"),
            ("/api/v1/comparisons/{id}/examples", "format=parquet"),
            ("/api/v1/examples/{id}/predictions", "pageSize=1000"),
            ("/api/v1/examples/{id}/predictions", "format=csv"),
            ("/api/v1/runs/{id}/predictions", "format=parquet"),
            ("/api/v1/sweeps/{id}/predictions", "format=parquet&runs=100"),
            ("/api/v1/sweeps/{id}/figures/effectiveness.svg", "x=kept"),
            ("/api/v1/sweeps/{id}/figures/pie-rate.png", "dpi=300"),
            ("/api/v1/sweeps/{id}/figures/classes.pdf", "width=column"),
            ("/api/v1/sweeps/{id}/figures/overlap.pdf", "width=column"),
            ("/api/v1/sweeps/{id}/figures/influence.svg", "width=page"),
            ("/api/v1/sweeps/{id}/figures/readability.svg", "width=column"),
            ("/api/v1/sweeps/{id}/figures/map.svg", "width=page"),
            ("/api/v1/sweeps/{id}/examples/{exampleId}/figures/trajectory.svg", "width=column"),
            ("/api/v1/sweeps/{id}/analysis", "format=latex"),
            ("/ui/sweeps/{id}", "method=IMP"),
            ("/ui/comparisons/{id}", "contains=words&minMargin=0.5"),
        })
            if (Filled(path, ids) is { } filled) yield return ($"{path}?{query}", $"{filled}?{query}");
        foreach (var path in Pages)
            if (Filled(path, ids) is { } filled) yield return (path, filled);
        yield return (
            "/ui/comparisons/{id}/pair?with={id}", $"/ui/comparisons/{ids["comparisons"]}/pair?with={ids["pair"]}");
    }

    private static IEnumerable<string> Pages =>
    [
        "/ui/datasets", "/ui/datasets/import", "/ui/datasets/{id}", "/ui/sweeps", "/ui/sweeps/new", "/ui/sweeps/{id}",
        "/ui/sweeps/{id}/request", "/ui/sweeps/{id}/runs", "/ui/runs/{id}", "/ui/comparisons/{id}",
        "/ui/sweeps/{id}/examples/{exampleId}", "/ui/examples/{id}",
        "/ui/prediction-imports", "/ui/models", "/ui/system", "/ui/words", "/ui/docs", "/ui/docs/api",
        .. TablePages.OfComparison.Select(table => $"/ui/comparisons/{{id}}/{table.Name}"),
        .. TablePages.OfSweep.Where(table => table.Name != "intersections")
            .Select(table => $"/ui/sweeps/{{id}}/{table.Name}"),
        "/ui/sweeps/{id}/intersections?method=IMP&split=test",
    ];

    /// <summary>Null if the grid has no such resource, or if the path has a parameter that is not an id.</summary>
    private static string? Filled(string path, IReadOnlyDictionary<string, string> ids)
    {
        var words = path.Split('/');
        for (var at = 1; at < words.Length; at++)
        {
            if (!words[at].StartsWith('{')) continue;
            if (!ids.TryGetValue(words[at - 1], out var id)) return null;
            words[at] = id;
        }
        return words[^1].Contains('{') ? null : string.Join('/', words);
    }
}
