using System.Xml.Linq;
using PieService.Domain.Tests.Dependencies;

namespace PieService.Domain.Tests;

/// <summary>
/// Data flows one way: a folder uses the folders before it in its project's line, never those after it. Names are
/// resolved as the compiler does it, so it does not matter how a use is written.
/// </summary>
public class DependencyRules
{
    public static TheoryData<string> Projects() => [.. FolderLine.All.Select(line => line.Project)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_uses_only_folders_before_it(string project) =>
        None(LineOf(project).Against(Uses(project)).Select(use => use.ToString()));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_folder_has_a_place_in_the_line(string project) =>
        None(LineOf(project).WithoutPlace(SourceProject.Sources(project).Select(SourceProject.Shown)));

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_depend_on_one_another_in_a_cycle(string project) =>
        None(Circles.OfFolders(Uses(project)).Select(circle => string.Join(", ", circle)));

    [Theory]
    [InlineData("", "object split = Datasets.Split.Train;")]
    [InlineData("", "object split = Domain.Datasets.Split.Train;")]
    [InlineData("", "object split = global::PieService.Domain.Datasets.Split.Train;")]
    [InlineData("", "Datasets.Split split = new();")]
    [InlineData("using PieService.Domain.Datasets;", "")]
    [InlineData("using D = PieService.Domain.Datasets;", "object split = D.Split.Train;")]
    [InlineData("using static PieService.Domain.Datasets.BasicEnglish;", "object words = Tokenise(string.Empty);")]
    public void A_use_against_the_line_is_found_however_it_is_written(string directive, string member)
    {
        var uses = Built("Domain").UsesOf(
            "Domain/Files/Added.cs", $"{directive} namespace PieService.Domain.Files; class Added {{ {member} }}");

        var against = LineOf("Domain").Against(uses).ToList();

        Assert.NotEmpty(against);
        Assert.All(against, use => Assert.Equal("Domain/Datasets", use.ToFolder));
        Assert.Equal(["Domain/Datasets", "Domain/Files"], Circles.OfFolders(uses.Concat(Uses("Domain"))).Single());
    }

    [Fact]
    public void An_inferred_type_is_a_use() => Assert.Contains(
        Built("Domain").UsesOf(
            "Domain/Files/Added.cs",
            """
            namespace PieService.Domain.Files;

            class Added
            {
                void Take(Func<Datasets.Example> make)
                {
                    var example = make();
                }
            }
            """),
        use => use is { Line: 7, Name: "Example" });

    /// <summary>A name that cannot be resolved would hide a use.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_name_is_resolved(string project) => None(Built(project).Names.Value.Unresolved);

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_line_is_the_one_that_ARCHITECTURE_shows(string project)
    {
        var text = File.ReadAllText(Path.Combine(SourceProject.Root, "../ARCHITECTURE.md"));
        var folders = LineOf(project).Steps.Select(step => step.Count == 1 ? step[0] : $"({string.Join(" | ", step)})");
        var line = string.Join(" → ", folders.SkipWhile(folder => folder == "."));

        Assert.Contains(line, string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Only_Storage_uses_the_database() => Assert.Empty(
        from file in SourceProject.Sources("Domain")
        where SourceProject.FolderOf(SourceProject.Shown(file)) != "Domain/Storage"
        let text = File.ReadAllText(file)
        where text.Contains("EntityFrameworkCore", StringComparison.Ordinal) ||
              text.Contains("Npgsql", StringComparison.Ordinal)
        select SourceProject.Shown(file));

    [Theory]
    [InlineData("Api", "TorchSharp")]
    [InlineData("Domain", "TorchSharp")]
    [InlineData("Domain", "Hangfire")]
    [InlineData("Domain", "Microsoft.AspNetCore")]
    [InlineData("Hosting", "TorchSharp")]
    [InlineData("Hosting", "PieService.Domain")]
    [InlineData("Hosting", "Microsoft.AspNetCore")]
    [InlineData("Worker", "Microsoft.AspNetCore")]
    public void A_project_does_not_use_libraries_outside_its_task(string project, string library) =>
        Assert.DoesNotContain(
            $"using {library}",
            string.Join('\n', SourceProject.Sources(project).Select(File.ReadAllText)),
            StringComparison.Ordinal);

    /// <summary>A compiled source of another project would be a dependency without a reference.</summary>
    [Fact]
    public void A_project_compiles_only_sources_of_its_own_folder() => Assert.Empty(
        from project in Directory.EnumerateFiles(SourceProject.Root, "*.csproj", SearchOption.AllDirectories)
        from compile in XDocument.Load(project).Descendants("Compile")
        where compile.Attribute("Include")?.Value.Contains("..", StringComparison.Ordinal) == true
        select $"{SourceProject.Shown(project)} compiles {compile.Attribute("Include")!.Value}");

    [Fact]
    public void Every_test_project_runs_in_the_order_of_a_seed() => Assert.Empty(
        from project in Directory.EnumerateFiles(
            Path.Combine(SourceProject.Root, "../tests"), "*.csproj", SearchOption.AllDirectories)
        let text = File.ReadAllText(project)
        where text.Contains("\"xunit.v3\"", StringComparison.Ordinal)
        where !text.Contains("../Order/*.cs", StringComparison.Ordinal)
        select project);

    /// <summary>Shows the whole list, which Assert.Empty would truncate.</summary>
    private static void None(IEnumerable<string> found)
    {
        var all = found.Distinct().ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static FolderLine LineOf(string project) => FolderLine.All.Single(line => line.Project == project);

    private static IReadOnlyList<Use> Uses(string project) => Built(project).Names.Value.Uses;

    private static SourceProject Built(string project)
    {
        Assert.SkipUnless(SourceProject.IsBuilt(project), $"The project {project} has not been built.");
        return SourceProject.Of(project);
    }
}
