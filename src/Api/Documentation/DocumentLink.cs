namespace PieService.Api.Documentation;

/// <summary>The address under which the service has what a document refers to.</summary>
public static class DocumentLink
{
    public const string Path = "/ui/docs";

    /// <summary>The origin at which the documents address the service, whatever its port.</summary>
    private static readonly Uri Service = new("http://127.0.0.1:5000");

    private const string OpenApi = "docs/openapi.json", ServedOpenApi = "/swagger/v1/swagger.json";

    /// <param name="from">The path of the document in the repository.</param>
    /// <param name="url">The link as it is written.</param>
    /// <returns>Null if the service does not have it.</returns>
    public static string? Of(string from, string url)
    {
        if (url.StartsWith('#')) return url;
        if (Uri.TryCreate(url, UriKind.Absolute, out var absolute))
        {
            if (absolute.Scheme != Uri.UriSchemeHttp && absolute.Scheme != Uri.UriSchemeHttps) return null;
            return Uri.Compare(absolute, Service, UriComponents.SchemeAndServer, UriFormat.Unescaped,
                StringComparison.Ordinal) == 0 ? absolute.PathAndQuery + absolute.Fragment : url;
        }
        var (target, fragment) = url.Split('#', 2) is [var before, var after] ? (before, $"#{after}") : (url, "");
        var path = Resolve(from, target);
        if (path == OpenApi) return ServedOpenApi;
        if (!Library.Has(path)) return null;
        return path.EndsWith(".md", StringComparison.Ordinal)
            ? $"{Path}/{Library.NameOf(path)}{fragment}" : $"{Path}/{path["docs/".Length..]}";
    }

    private static string Resolve(string from, string target)
    {
        var parts = from.Split('/')[..^1].ToList();
        foreach (var part in target.Split('/'))
        {
            if (part == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or "")) parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
