using System.Text.Json;
using Microsoft.CodeAnalysis;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>The references and global usings that a build of a project wrote to artifacts/obj.</summary>
internal static class BuildOutput
{
    private static string Objects(string project) =>
        Path.GetFullPath(Path.Combine(SourceProject.Root, "../artifacts/obj", project));

    private static string Assets(string project) => Path.Combine(Objects(project), "project.assets.json");

    public static bool Exists(string project) => File.Exists(Assets(project)) && FindUsings(project) is not null;

    public static string GlobalUsings(string project) => FindUsings(project)
        ?? throw new FileNotFoundException($"The project {project} must be built before its names can be resolved.");

    /// <summary>The assemblies of the shared frameworks and of all packages, direct or not.</summary>
    public static IEnumerable<MetadataReference> References(string project)
    {
        using var assets = Read(project);
        var packages = assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        var libraries = assets.RootElement.GetProperty("libraries");
        var files = new List<string>(Frameworks(assets.RootElement));
        foreach (var library in Libraries(assets.RootElement))
        {
            if (!library.Value.TryGetProperty("compile", out var compile)) continue;
            if (!libraries.GetProperty(library.Name).TryGetProperty("path", out var path)) continue;
            if (library.Value.GetProperty("type").GetString() != "package") continue;
            files.AddRange(
                from file in compile.EnumerateObject()
                where file.Name.EndsWith(".dll", StringComparison.Ordinal)
                select Path.Combine(packages, path.GetString()!, file.Name));
        }
        return [.. files.Select(file => MetadataReference.CreateFromFile(file))];
    }

    /// <summary>The projects that this one references.</summary>
    public static IReadOnlyList<string> Projects(string project)
    {
        using var assets = Read(project);
        return
        [
            .. from library in Libraries(assets.RootElement)
               where library.Value.GetProperty("type").GetString() == "project"
               select library.Name.Split('/')[0] is var name && name.StartsWith("PieService.", StringComparison.Ordinal)
                   ? name["PieService.".Length..]
                   : name,
        ];
    }

    private static string? FindUsings(string project) => !Directory.Exists(Objects(project)) ? null : Directory
        .EnumerateFiles(Objects(project), "*.GlobalUsings.g.cs", SearchOption.AllDirectories).FirstOrDefault();

    private static JsonDocument Read(string project) => JsonDocument.Parse(File.ReadAllText(Assets(project)));

    private static JsonElement.ObjectEnumerator Libraries(JsonElement assets) =>
        assets.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject();

    private static IEnumerable<string> Frameworks(JsonElement assets)
    {
        // …/shared/Microsoft.NETCore.App/10.0.0; the others are beside it, perhaps in another version.
        var core = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        var shared = core.Parent!.Parent!;
        return
            from framework in assets.GetProperty("project").GetProperty("frameworks").EnumerateObject().First().Value
                .GetProperty("frameworkReferences").EnumerateObject()
            let folder = Path.Combine(shared.FullName, framework.Name)
            from file in (framework.Name == core.Parent.Name ? core : Latest(folder)).EnumerateFiles("*.dll")
            select file.FullName;
    }

    private static DirectoryInfo Latest(string framework) => new DirectoryInfo(framework).EnumerateDirectories()
        .Where(version => version.Name.StartsWith($"{Environment.Version.Major}.", StringComparison.Ordinal))
        .MaxBy(version => Version.Parse(version.Name.Split('-')[0]))!;
}
