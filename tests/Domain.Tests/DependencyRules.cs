using System.Runtime.CompilerServices;

namespace PieService.Domain.Tests;

/// <summary>Data flows one way: a Domain folder may use the folders before it, never those after it.</summary>
public class DependencyRules
{
    private static readonly string[] Flow = ["Datasets", "Recipes", "Sweeps", "Runs", "Predictions", "Pies", "Analysis", "Webhooks", "Access", "Storage"];

    [Fact]
    public void A_domain_folder_uses_only_folders_upstream_of_it() => Assert.Empty(
        from file in DomainFiles()
        let position = Array.IndexOf(Flow, FolderOf(file))
        where position >= 0
        from later in Flow.Skip(position + 1)
        where File.ReadAllText(file).Contains($"PieService.Domain.{later}", StringComparison.Ordinal)
        select $"{file} uses {later}");

    [Fact]
    public void Only_Storage_knows_the_database() => Assert.Empty(
        from file in DomainFiles()
        where FolderOf(file) != "Storage"
        let text = File.ReadAllText(file)
        where text.Contains("EntityFrameworkCore", StringComparison.Ordinal) || text.Contains("Npgsql", StringComparison.Ordinal)
        select file);

    [Theory]
    [InlineData("Api", "TorchSharp")]
    [InlineData("Domain", "TorchSharp")]
    [InlineData("Domain", "Hangfire")]
    [InlineData("Domain", "Microsoft.AspNetCore")]
    [InlineData("Worker", "Microsoft.AspNetCore")]
    public void A_project_does_not_know_what_is_not_its_business(string project, string library) => Assert.DoesNotContain(
        $"using {library}",
        string.Join('\n', Directory.EnumerateFiles(Path.Combine(Source(), project), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)),
        StringComparison.Ordinal);

    [Fact]
    public void Every_folder_of_Domain_has_its_place_in_the_flow() => Assert.Empty(
        DomainFiles().Select(FolderOf).Where(folder => folder != "").Except(Flow));

    [Fact]
    public void Every_test_project_is_run_in_the_order_of_a_seed() => Assert.Empty(
        from project in Directory.EnumerateFiles(Path.Combine(Source(), "../tests"), "*.csproj", SearchOption.AllDirectories)
        let text = File.ReadAllText(project)
        where text.Contains("\"xunit.v3\"", StringComparison.Ordinal)
        where !text.Contains("../Order/*.cs", StringComparison.Ordinal)
        select project);

    private static IEnumerable<string> DomainFiles() =>
        Directory.EnumerateFiles(Path.Combine(Source(), "Domain"), "*.cs", SearchOption.AllDirectories);

    private static string FolderOf(string file)
    {
        var parts = Path.GetRelativePath(Path.Combine(Source(), "Domain"), file).Split(Path.DirectorySeparatorChar);
        return parts.Length > 1 ? parts[0] : "";
    }

    private static string Source([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../../src"));
}
