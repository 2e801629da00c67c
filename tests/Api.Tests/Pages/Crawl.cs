using System.Net;
using System.Text.RegularExpressions;

namespace PieService.Api.Tests.Pages;

/// <summary>Follows the links of the pages, and the choices of their forms that only show something.</summary>
/// <param name="alike">
/// The number of addresses that are visited of those that differ only in ids, numbers and the list from which a page
/// was opened. These are about other rows of the same tables.
/// </param>
/// <param name="isFollowed">Whether an address is visited; null for all.</param>
internal sealed partial class Crawl(HttpClient client, int alike, Func<string, bool>? isFollowed = null)
{
    private readonly Dictionary<string, int> shapes = [];
    private readonly HashSet<string> seen = [];

    /// <summary>Visits an address and all that it leads to within the service, and checks that each exists.</summary>
    /// <returns>The addresses that were visited.</returns>
    public async Task<IReadOnlySet<string>> VisitAsync(string start)
    {
        var visited = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<(string Path, string From)>([(start, "the start")]);
        while (open.TryDequeue(out var link))
        {
            if (!IsNew(link.Path)) continue;
            var (address, fragment) = link.Path.Split('#', 2) is [var before, var after]
                ? (before, after) : (link.Path, null);
            using var response = await client.GetAsync(address);
            Assert.True(
                response.StatusCode < HttpStatusCode.BadRequest,
                $"{link.From} leads to {link.Path}: {response.StatusCode}");
            visited.Add(link.Path);
            if (!address.StartsWith("/ui/", StringComparison.Ordinal)
                || response.Content.Headers.ContentType?.MediaType != "text/html") continue;
            var page = new Html(response.StatusCode, await response.Content.ReadAsStringAsync());
            if (fragment is not null)
                Assert.Contains($"id=\"{fragment}\"", page.Source, StringComparison.Ordinal);
            // Documents also refer to other sites.
            foreach (var next in page.Addresses.Concat(page.Choices(address)).Where(next => next.StartsWith('/')
                && isFollowed?.Invoke(next) is not false))
                open.Enqueue((next, link.Path));
        }

        return visited;
    }

    private bool IsNew(string path)
    {
        if (!seen.Add(path)) return false;
        var shape = Changing().Replace(path, "*");
        shapes[shape] = shapes.GetValueOrDefault(shape) + 1;
        return shapes[shape] <= alike;
    }

    [GeneratedRegex("(?<=[?&]in=)[^&]*|(?<=[?&]pageToken=)[^&]*|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+")]
    private static partial Regex Changing();
}
