using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PieService.Api.Tests.Http;

/// <summary>
/// The examples in docs/api.md agree with docs/openapi.json, which OpenApiTests keeps equal to the served document.
/// An example is a comment with its operation and status, a block with its command, and a block with its answer.
/// </summary>
public sealed partial class ApiPageTests
{
    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Docs("openapi.json")))!;

    /// <summary>A command is named by its operation in the test's output.</summary>
    public static TheoryData<string, string, string, string> Examples() => new(
        from example in Example().Matches(File.ReadAllText(Docs("api.md")))
        select (
            example.Groups["operation"].Value, example.Groups["status"].Value, example.Groups["command"].Value,
            example.Groups["answer"].Value));

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_has_the_route_of_its_operation_and_a_part_of_its_documented_answer(
        string operation, string status, string command, string answer)
    {
        var (path, method, example) = Documented(operation, status);

        Assert.Matches(CommandFor(path), command);
        Assert.Equal(
            method,
            command.Contains(" -X PUT ", StringComparison.Ordinal) ? "put"
            : PostCommand().IsMatch(command) ? "post" : "get");
        if (answer.Length == 0) return;
        Assert.Empty(Differences(JsonNode.Parse(answer), example, ""));
    }

    /// <summary>A marker that the pattern misses would leave its example unchecked.</summary>
    [Fact]
    public void Every_marker_of_an_example_is_followed_by_its_command()
    {
        var markers = File.ReadAllText(Docs("api.md")).Split("<!-- example:").Length - 1;

        Assert.Equal(markers, Examples().Count);
        Assert.True(markers >= 20, $"docs/api.md has {markers} examples");
    }

    private static (string Path, string Method, JsonNode? Example) Documented(string operation, string status)
    {
        var (path, method, found) = (
            from route in Document["paths"]!.AsObject()
            from verb in route.Value!.AsObject()
            where (string?)verb.Value!["operationId"] == operation
            select (route.Key, verb.Key, verb.Value)).Single();
        var response = found["responses"]![status];
        Assert.True(response is not null, $"{operation} has no response {status}");
        var json = response["content"]?["application/json"] ?? response["content"]?["application/problem+json"];
        return (path, method, json?["example"]);
    }

    /// <summary>The address of a route in a command: $api is /api/v1, and an id is written as &lt;name&gt;.</summary>
    private static string CommandFor(string path) =>
        Regex.Escape(path.StartsWith("/api/v1", StringComparison.Ordinal) ? "$api" + path["/api/v1".Length..] : path)
            .Replace(@"\{id}", @"<\w+>", StringComparison.Ordinal)
            .Replace(@"\{exampleId}", @"<\w+>", StringComparison.Ordinal)
            .Replace(@"\{name}", @"[\w-]+", StringComparison.Ordinal) + @"[""?\s]";

    /// <summary>Fields and items that the shown part has otherwise than the whole, or that the whole lacks.</summary>
    private static IEnumerable<string> Differences(JsonNode? part, JsonNode? whole, string at) => (part, whole) switch
    {
        (JsonObject shown, JsonObject all) => shown.SelectMany(field => all.ContainsKey(field.Key)
            ? Differences(field.Value, all[field.Key], $"{at}/{field.Key}")
            : [$"{at}/{field.Key} does not exist"]),
        (JsonArray shown, JsonArray all) => shown.Count <= all.Count
            ? shown.SelectMany((item, i) => Differences(item, all[i], $"{at}/{i}"))
            : [$"{at} has {all.Count} items"],
        _ => JsonNode.DeepEquals(part, whole) ? [] : [$"{at} is {whole?.ToJsonString() ?? "null"}"],
    };

    private static string Docs(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../../docs", name));

    [GeneratedRegex(
        @"<!-- example: (?<operation>\w+) (?<status>\d+) -->\n```sh\n(?<command>.*?)```\n" +
        @"(?:```json\n(?<answer>.*?)```\n)?",
        RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@" -X POST | -d | -F | --data-binary ")]
    private static partial Regex PostCommand();
}
