using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace PieService.Api.Tests.Http;

/// <summary>docs/contract-tests.md lists the tests of each route; this compares it with the OpenAPI document.</summary>
public sealed partial class RouteTableTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly Lazy<HashSet<string>> Tests = new(FindTests);

    [Fact]
    public async Task Every_route_is_in_the_table_with_tests_for_all_that_it_may_answer()
    {
        var rows = Rows().ToDictionary(row => row["operation"].Trim('`'));
        var operations = from path in (await api.GetAsync("/swagger/v1/swagger.json"))["paths"]!.AsObject()
                         from operation in path.Value!.AsObject()
                         select (Id: (string)operation.Value!["operationId"]!,
                             Route: $"`{operation.Key.ToUpperInvariant()} {path.Key}`",
                             Answers: operation.Value["responses"]!.AsObject());
        var missing = new List<string>();
        foreach (var (id, route, answers) in operations)
        {
            if (!rows.Remove(id, out var row)) missing.Add($"{id} has no row");
            else if (row["route"] != route) missing.Add($"{id} is {route}, not {row["route"]}");
            else
            {
                foreach (var (column, isPromised) in new[]
                {
                    ("success", true), ("bad input", answers.ContainsKey("400")), (
                        "conflict", answers.ContainsKey("409")), ("absence", answers.ContainsKey("404")),
                })
                {
                    var named = TestName().Matches(row[column]).Select(match => match.Value).ToList();
                    if (isPromised != named.Count > 0)
                        missing.Add(
                            $"{id}: {column} "
                            + (isPromised ? "is promised and has no test" : "is not in the OpenAPI document"));
                    missing.AddRange(
                        named.Where(test => !Tests.Value.Contains(test))
                            .Select(test => $"{id}: there is no test {test}"));
                }
            }
        }

        Assert.Empty(missing.Concat(rows.Keys.Select(id => $"{id} is not an operation")));
    }

    private static IEnumerable<Dictionary<string, string>> Rows()
    {
        string[]? header = null;
        foreach (var line in File.ReadLines(Path.Combine(Repository(), "docs/contract-tests.md"))
            .Where(line => line.StartsWith('|')))
        {
            var cells = line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray();
            if (cells[0] == "operation") header = cells;
            else if (header is not null && !cells[0].StartsWith('-'))
                yield return header.Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second);
        }
    }

    private static HashSet<string> FindTests() =>
    [
        .. from file in Directory.EnumerateFiles(
            Path.Combine(Repository(), "tests"), "*.cs", SearchOption.AllDirectories)
           from method in TestMethod().Matches(File.ReadAllText(file))
           select $"{Path.GetFileNameWithoutExtension(file)}.{method.Groups[1].Value}",
    ];

    private static string Repository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../.."));

    [GeneratedRegex(@"\w+\.\w+")]
    private static partial Regex TestName();

    /// <summary>The first public method after the attribute, whose data may take several lines.</summary>
    [GeneratedRegex(
        @"^    \[(?:Fact|Theory).*?^    public (?:async )?(?:Task|void) (\w+)",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex TestMethod();
}
