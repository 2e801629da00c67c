using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>The numbers that ./pie import prints, and the lists at the addresses that it prints.</summary>
public sealed partial class ChangedAnswersTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pie-changed-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Of four answers, one becomes wrong, one right, and one is another wrong answer.</summary>
    [Fact]
    public async Task Of_open_answers_the_line_names_the_changed_answers_and_how_many_of_them_are_listed()
    {
        await WriteAsync("bf16", Open("a", "2", 1), Open("b", "5", 0), Open("c", "7", 0), Open("d", "4", 1));
        await WriteAsync("int4", Open("a", "3", 0), Open("b", "6", 0), Open("c", "8", 1), Open("d", "4", 1));

        var (output, listed) = await ImportAsync();

        Assert.Matches(@"\n  int4 +4 +50\.0 % → 50\.0 % +3 \(75\.0 %\) +1 +1 +1 +1\n", output);
        Assert.Contains(
            "  int4: 2 of 3 changed answers, those that became right or wrong  http", output, StringComparison.Ordinal);
        Assert.Equal(["a", "c"], listed);
    }

    /// <summary>Two evaluations of the baseline, of which one has another answer to b.</summary>
    [Fact]
    public async Task Of_several_evaluations_the_number_of_changed_answers_is_a_mean()
    {
        await WriteAsync("bf16", Choice("a", "-1 -2 -3"), Choice("b", "-1 -2 -3"));
        await WriteAsync("bf16", "2026-08-22", [Choice("a", "-1 -2 -3"), Choice("b", "-2 -1 -3")]);
        await WriteAsync("int4", Choice("a", "-2 -1 -3"), Choice("b", "-1 -2 -3"));

        var (output, _) = await ImportAsync();

        Assert.Matches(@"\n  int4 +2 +75\.0 % → 50\.0 % +1\.5 \(75\.0 %\) ", output);
    }

    [Fact]
    public async Task Of_labels_all_changed_answers_are_listed()
    {
        await WriteAsync("bf16", Choice("a", "-1 -2 -3"), Choice("b", "-3 -1 -2"), Choice("c", "-1 -2 -3"));
        await WriteAsync("int4", Choice("a", "-2 -1 -3"), Choice("b", "-3 -2 -1"), Choice("c", "-1 -2 -3"));

        var (output, listed) = await ImportAsync();

        Assert.Matches(@"\n  int4 +3 +66\.7 % → 33\.3 % +2 \(66\.7 %\) +1 +0 +1 +1\n", output);
        Assert.Contains("  int4: 2 changed answers  http", output, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], listed);
    }

    /// <returns>What the command prints, and the ids in the source of the examples at the address.</returns>
    private async Task<(string Output, List<string> Listed)> ImportAsync()
    {
        var (code, output, errors) = await ServiceProcess.RunImportAsync(
            service.Address, folder, "--baseline", "bf16");
        Assert.True(code == 0, errors);
        var pies = await service.ListAsync(new Uri(Listed().Match(output).Value).AbsolutePath);
        return (output, [.. pies.Select(pie => (string)pie["sourceId"]!).Order()]);
    }

    private Task WriteAsync(string cohort, params string[] samples) =>
        WriteAsync(cohort, "2026-08-21", samples);

    private async Task WriteAsync(string cohort, string date, string[] samples)
    {
        var path = Path.Combine(folder, cohort, "toy__model");
        Directory.CreateDirectory(path);
        await File.WriteAllLinesAsync(
            Path.Combine(path, $"samples_toy_{date}T10-00-00.000000.jsonl"), samples);
    }

    private static string Open(string id, string answer, int isRight) => Sample(
        id, "2", [new JsonObject { ["until"] = new JsonArray(".") }], [answer], "exact_match", isRight);

    /// <summary>The first choice is right, and it is the answer if its log-likelihood is -1.</summary>
    private static string Choice(string id, string scores) => Sample(
        id, "0", [" first", " second", " third"], [.. scores.Split(' ').Select(score => new JsonArray(score, "False"))],
        "acc", scores.StartsWith("-1", StringComparison.Ordinal) ? 1 : 0);

    /// <summary>A line of a file of samples of lm-evaluation-harness.</summary>
    private static string Sample(
        string id, string target, IReadOnlyList<JsonNode> arguments, IEnumerable<JsonNode> responses, string metric,
        double value) => new JsonObject
        {
            ["doc_id"] = id,
            ["doc"] = new JsonObject { ["question"] = $"Question {id}?" },
            ["target"] = target,
            ["arguments"] = new JsonObject(arguments.Select((argument, i) => KeyValuePair.Create(
                $"gen_args_{i}", (JsonNode?)new JsonObject { ["arg_0"] = $"Question {id}?", ["arg_1"] = argument }))),
            ["filtered_resps"] = new JsonArray([.. responses]),
            ["filter"] = "none",
            [metric] = value,
        }.ToJsonString();

    [GeneratedRegex(@"http\S+/pies")]
    private static partial Regex Listed();
}
