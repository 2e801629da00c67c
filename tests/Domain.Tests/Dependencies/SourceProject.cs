using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>
/// A project of src, compiled in memory from its sources, so that every name in them can be resolved. The project must
/// have been built before: its references and global usings are taken from there.
/// </summary>
internal sealed class SourceProject
{
    private static readonly ConcurrentDictionary<string, SourceProject> Loaded = new();

    private SourceProject(CSharpCompilation compilation)
    {
        Compilation = compilation;
        Names = new Lazy<NameUses>(() => new NameUses(compilation));
    }

    public CSharpCompilation Compilation { get; }

    /// <summary>The declarations to which the names in the sources resolve.</summary>
    public Lazy<NameUses> Names { get; }

    /// <summary>The folder of all projects.</summary>
    public static string Root { get; } = RootFolder();

    /// <param name="name">The name of its folder in src.</param>
    public static SourceProject Of(string name) => Loaded.GetOrAdd(name, Load);

    /// <summary>The uses of one more file.</summary>
    /// <param name="shown">The path that the file would have.</param>
    public IReadOnlyList<Use> UsesOf(string shown, string text)
    {
        var added = Parse(Path.Combine(Root, shown), text);
        return new FileNames(Compilation.AddSyntaxTrees(added).GetSemanticModel(added)).Uses;
    }

    /// <summary>Whether the project was built, so that it can be loaded.</summary>
    public static bool IsBuilt(string name) => BuildOutput.Exists(name);

    /// <summary>The source files in the project's folder, without generated migrations.</summary>
    public static IEnumerable<string> Sources(string name) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, name), "*.cs", SearchOption.AllDirectories)
        where !file.Contains("/Migrations/", StringComparison.Ordinal)
        select file;

    /// <summary>A path in the form of messages: <c>Domain/Runs/Run.cs</c>.</summary>
    public static string Shown(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary><c>Domain/Runs</c>, or <c>Domain/.</c> for a file outside of the folders of its project.</summary>
    public static string FolderOf(string shown) => shown.Split('/') is [var project, var folder, _, ..]
        ? $"{project}/{folder}"
        : $"{shown.Split('/')[0]}/.";

    private static SourceProject Load(string name) => new(CSharpCompilation.Create(
        $"PieService.{name}",
        Sources(name).Append(BuildOutput.GlobalUsings(name)).Select(file => Parse(file, File.ReadAllText(file))),
        [
            .. BuildOutput.References(name),
            .. BuildOutput.Projects(name).Select(project => Of(project).Compilation.ToMetadataReference()),
        ],
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)));

    private static SyntaxTree Parse(string path, string text) =>
        CSharpSyntaxTree.ParseText(SourceText.From(text), new CSharpParseOptions(LanguageVersion.Preview), path);

    private static string RootFolder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../../src"));
}
