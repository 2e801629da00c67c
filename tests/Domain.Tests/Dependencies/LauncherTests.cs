using System.Text.RegularExpressions;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>The launcher names tests; a filter that matches no test would run nothing without an error.</summary>
public sealed partial class LauncherTests
{
    private static readonly string Root = Path.GetDirectoryName(SourceProject.Root)!;

    [Fact]
    public void Each_test_that_the_launcher_names_exists()
    {
        var named = LongTest().Matches(File.ReadAllText(Path.Combine(Root, "launcher/tests.sh")))
            .Select(call => (Project: call.Groups[1].Value, Class: call.Groups[2].Value, Method: call.Groups[3].Value))
            .ToList();

        Assert.Equal(3, named.Count);
        Assert.All(
            named,
            test => Assert.Contains(
                $" {test.Method}", File.ReadAllText(Path.Combine(Root, test.Project, $"{test.Class}.cs")),
                StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^  long_test (tests/\w+) (\w+)\.(\w+) ", RegexOptions.Multiline)]
    private static partial Regex LongTest();
}
