using System.Collections.Frozen;
using System.Reflection;

namespace PieService.Api.Documentation;

/// <summary>
/// The documents of the repository, which are resources of the assembly: a service has those of its version.
/// </summary>
public static class Library
{
    private const string Prefix = "repository/", Markdown = ".md", Folder = "docs/";

    /// <summary>The files by their path in the repository.</summary>
    private static readonly FrozenDictionary<string, string> Files = Assembly.GetExecutingAssembly()
        .GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..].Replace('\\', '/'));

    private static readonly FrozenDictionary<string, Lazy<Document>> All = Files.Keys
        .Where(path => path.EndsWith(Markdown, StringComparison.Ordinal))
        .ToFrozenDictionary(NameOf, path => new Lazy<Document>(() => Document.Read(path, TextOf(path))));

    /// <summary>The table of contents, which is docs/README.md.</summary>
    public static Document Contents => All["README"].Value;

    public static IEnumerable<Document> Documents => All.Values.Select(document => document.Value);

    public static Document? Find(string name) => All.GetValueOrDefault(name)?.Value;

    /// <summary>A picture of the documents, by its path in the folder docs; null if there is none.</summary>
    public static Stream? Picture(string path) =>
        path.EndsWith(".svg", StringComparison.Ordinal) && Files.TryGetValue(Folder + path, out var resource)
            ? Assembly.GetExecutingAssembly().GetManifestResourceStream(resource) : null;

    public static bool Has(string path) => Files.ContainsKey(path);

    /// <summary>
    /// The name of a document in its address: its path in the folder docs, or in the repository, without its extension.
    /// The main page of the repository has the name start, since docs/README.md is the table of contents.
    /// </summary>
    public static string NameOf(string path) => path == "README.md" ? "start"
        : (path.StartsWith(Folder, StringComparison.Ordinal) ? path[Folder.Length..] : path)[..^Markdown.Length];

    private static string TextOf(string path)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Files[path])!);
        return reader.ReadToEnd();
    }
}
