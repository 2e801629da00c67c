using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PieService.Api.Tests.Datasets;
using PieService.Golden;

namespace PieService.Api.Tests.PredictionImports;

/// <summary>The samples of each tool over HTTP, from their upload to the answers that differ.</summary>
public sealed partial class PredictionSampleTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    /// <summary>A tool, and the files of its folder that have answers to the multiple-choice questions.</summary>
    [Theory]
    [InlineData("lmEvalHarness", "lm-eval", "*toy_mc*.jsonl")]
    [InlineData("everyEvalEver", "every-eval-ever", "*.jsonl")]
    [InlineData("openaiEvals", "openai-evals", "*.jsonl")]
    [InlineData("opencompass", "opencompass", "*.json")]
    [InlineData("lighteval", "lighteval", "*.parquet")]
    [InlineData("helm", "helm", "display_predictions.json")]
    [InlineData("inspect", "inspect", "*.json")]
    public async Task The_answers_of_a_tool_are_those_that_its_files_have(string format, string folder, string pattern)
    {
        var expected = SampleFolder.Expected("multiple_choice");
        var files = SampleFolder.Files(folder, pattern);
        foreach (var file in files)
        {
            var cohort = Cohort(file);
            var ofFile = new JsonObject { ["part"] = "a", ["cohort"] = cohort, ["format"] = format };
            if (format == "helm") ofFile["instances"] = "b";
            var parts = new List<(string, byte[])> { ("a", await BytesAsync(file)) };
            if (format == "helm")
                parts.Add(("b", await BytesAsync(Path.Combine(Path.GetDirectoryName(file)!, "instances.json"))));

            var import = await EndedAsync(
                Definition("singleLabel", [cohort], new JsonArray(ofFile), "evaluation"), parts);

            Assert.True((string?)import["state"] == "succeeded", import.ToJsonString());
            Assert.Equal(expected.GetProperty("examples").GetInt32(), (int)import["read"]!["examples"]!);
            var runs = (await api.GetAsync($"/sweeps/{import["sweepId"]}/runs"))["items"]!.AsArray();
            foreach (var (i, run) in runs.Index())
                Assert.Equal(
                    expected.GetProperty(i == 0 ? cohort : $"{cohort}-again").EnumerateArray()
                        .Select(answer => answer.GetInt32()),
                    (await PredictionsAsync(run!)).Select(row => Choice((string)row["predicted"]![0]!)));
        }
    }

    [Theory]
    [InlineData("strict-match")]
    [InlineData("flexible-extract")]
    public async Task Open_answers_are_judged_by_their_metric_and_shown_beside_the_predictions(string filter)
    {
        var expected = SampleFolder.Expected("generation").GetProperty(filter);
        string[] cohorts = ["bf16", "int4"];
        var files = new JsonArray([.. cohorts.Select(cohort => new JsonObject
        {
            ["part"] = cohort, ["cohort"] = cohort, ["format"] = "lmEvalHarness", ["filter"] = filter,
            ["metric"] = "exact_match",
        })]);
        var parts = new List<(string, byte[])>();
        foreach (var cohort in cohorts)
            parts.Add((cohort, await BytesAsync(SampleFolder.Files($"lm-eval/{cohort}", "*toy_gsm*").Single())));

        var import = await EndedAsync(Definition("correctness", cohorts, files), parts);

        var runs = (await api.GetAsync($"/sweeps/{import["sweepId"]}/runs"))["items"]!.AsArray();
        var answers = new List<string?[]>();
        foreach (var (cohort, run) in cohorts.Zip(runs))
        {
            var predictions = await PredictionsAsync(run!);
            Assert.Equal(
                Flags(expected.GetProperty($"right_{cohort}")),
                predictions.Select(row => (string?)row["predicted"]![0] == "right"));
            answers.Add([.. predictions.Select(row => (string?)row["answer"])]);
        }
        if (expected.TryGetProperty("answers_that_differ", out var differ))
            Assert.Equal(Flags(differ), answers[0].Zip(answers[1], (one, other) => one != other));
        var all = (await api.GetAsync($"/sweeps/{import["sweepId"]}/predictions"))["items"]!.AsArray();
        Assert.Equal(answers.SelectMany(texts => texts), all.Select(row => (string?)row!["answer"]));
        var example = (await api.GetAsync($"/examples/{all[1]!["exampleId"]}/predictions"))["items"]!.AsArray();
        Assert.Equal(answers.Select(texts => texts[1]).Order(), example.Select(row => (string?)row!["answer"]).Order());
        var lines = await api.Client.GetStringAsync(
            $"/api/v1/examples/{all[1]!["exampleId"]}/predictions?format=ndjson");
        Assert.Equal(
            example.Select(row => (string?)row!["answer"]),
            lines.Split('\n')[..^1].Select(line => (string?)JsonNode.Parse(line)!["answer"]));
        var csv = await api.Client.GetStringAsync($"/api/v1/sweeps/{import["sweepId"]}/predictions?format=csv");
        Assert.Contains(",predicted,answer,scores_right", csv, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("long.csv", "csv")]
    [InlineData("long.parquet", "parquet")]
    public async Task A_table_has_the_votes_and_the_PIEs_of_its_cohorts(string name, string format)
    {
        var expected = SampleFolder.Expected("tables");
        var files = new JsonArray(JsonNode.Parse($$"""
            { "part": "a", "format": "{{format}}", "scoreKind": "probabilities", "columns": { "cohort": "cohort",
              "seed": "seed", "example": "example", "label": "gold", "predicted": "predicted",
              "scoresPrefix": "prob_" } }
            """)!);

        await HasVotesAsync(expected, await EndedAsync(
            Definition("singleLabel", ["dense", "pruned-90"], files, "training"),
            [("a", await BytesAsync($"tables/{name}"))]));
    }

    [Fact]
    public async Task Arrays_have_the_votes_and_the_PIEs_of_their_cohorts()
    {
        var expected = SampleFolder.Expected("tables");
        var files = new JsonArray(JsonNode.Parse("""
            { "part": "a", "format": "npz", "scoreKind": "logits",
              "arrays": { "dense": "dense", "pruned": "pruned-90", "gold": null } }
            """)!);
        var definition = Definition("singleLabel", ["dense", "pruned-90"], files, "training");
        definition["dataset"]!["labels"] = JsonNode.Parse(expected.GetProperty("labels").GetRawText());

        await HasVotesAsync(expected, await EndedAsync(definition, [("a", await BytesAsync("arrays/both.npz"))]));
    }

    public static TheoryData<string> Refused() => SampleFolder.Cases("refused", "*");

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_file_that_cannot_be_right_is_refused_with_its_place(string file)
    {
        var content = await BytesAsync(file);
        var expected = SampleFolder.Expected("refused").GetProperty(Path.GetFileName(file)).GetString()!;
        var parts = new List<(string, byte[])> { ("a", content) };
        var files = new JsonArray(RefusedFile(Path.GetFileName(file)));
        if (file.Contains("lm-eval", StringComparison.Ordinal))
        {
            parts.Add(("b", await BytesAsync(SampleFolder.Files("lm-eval/bf16", "*toy_mc*")[0])));
            files.Insert(0, JsonNode.Parse("""{ "part": "b", "cohort": "bf16", "format": "lmEvalHarness" }"""));
        }
        string[] cohorts = files.Count == 2 ? ["bf16", "int4"] : ["int4"];
        var definition = Definition("singleLabel", cohorts, files, "training");
        if (expected.Contains("labels are given", StringComparison.Ordinal))
            definition["dataset"]!["labels"] = new JsonArray("neg", "neu", "pos");

        var import = await EndedAsync(definition, parts);

        var error = Assert.Single(import["problem"]!["errors"]!.AsArray())!;
        Assert.Equal((422, "a"), ((int)import["problem"]!["status"]!, (string?)error["file"]));
        foreach (var (name, place) in new[]
        {
            ("line", Line()), ("seed", Seed()), ("example", Example()), ("label", Label()),
        })
            Assert.Equal(
                place.Match(expected) is { Success: true } match
                    ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null,
                (int?)error[name]);
    }

    private static JsonNode RefusedFile(string name) => JsonNode.Parse(
        name.EndsWith(".npy", StringComparison.Ordinal)
            ? """{ "part": "a", "cohort": "int4", "format": "npy", "scoreKind": "logits" }"""
        : name.StartsWith("lm-eval", StringComparison.Ordinal)
            ? """{ "part": "a", "cohort": "int4", "format": "lmEvalHarness" }"""
        : name.StartsWith("probabilities", StringComparison.Ordinal)
            ? """
              { "part": "a", "cohort": "int4", "format": "csv", "scoreKind": "probabilities",
                "columns": { "example": "example", "label": "gold", "scoresPrefix": "prob_" } }
              """
        : name.EndsWith(".csv", StringComparison.Ordinal)
            ? """
              { "part": "a", "cohort": "int4", "format": "csv",
                "columns": { "example": "example", "label": "gold", "predicted": "predicted" } }
              """
        : """{ "part": "a", "cohort": "int4", "format": "jsonl", "columns": { "predicted": "picked" } }""")!;

    private async Task HasVotesAsync(JsonElement expected, JsonNode import)
    {
        Assert.True((string?)import["state"] == "succeeded", import.ToJsonString());
        var comparison = Assert.Single(await api.LabelledAsync((Guid)import["sweepId"]!))!;
        var examples = (await api.GetAsync($"/comparisons/{comparison["id"]}/examples"))["items"]!.AsArray();
        foreach (var (cohort, votes) in new[] { ("dense", "dense_votes"), ("pruned", "pruned_votes") })
            Assert.Equal(
                expected.GetProperty(votes).EnumerateArray()
                    .Select(example => string.Join(',', example.EnumerateArray().Select(votes => votes.GetInt32()))),
                examples.Select(example => string.Join(
                    ',', example![cohort]!["votes"]!.AsObject().Select(label => (int)label.Value!))));
        Assert.Equal(
            expected.GetProperty("pies").EnumerateArray().Select(position => position.GetInt32()),
            examples.Where(example => (bool)example!["isPie"]!).Select(example => (int)example!["position"]!));
    }

    private async Task<JsonNode> EndedAsync(JsonObject definition, IEnumerable<(string, byte[])> parts)
    {
        using var received = await api.SendAsync(PredictionApi.Path, definition, parts);
        return await api.EndedAsync(received);
    }

    private async Task<IReadOnlyList<JsonNode>> PredictionsAsync(JsonNode run) =>
        [.. (await api.GetAsync($"/runs/{run["id"]}/predictions"))["items"]!.AsArray().Select(row => row!)];

    private static Task<byte[]> BytesAsync(string file) => File.ReadAllBytesAsync(SampleFolder.Path(file));

    /// <summary>The model whose answers a file has: its folder, or the beginning of its name.</summary>
    private static string Cohort(string file) =>
        file.Contains("v0.4.2", StringComparison.Ordinal) ? "int4"
        : Path.GetFileName(Path.GetDirectoryName(file))! is { } folder && Models().IsMatch(folder) ? folder
        : Models().Match(Path.GetFileName(file)).Value;

    private static bool[] Flags(JsonElement list) => [.. list.EnumerateArray().Select(flag => flag.GetBoolean())];

    /// <summary>Some tools name the choices by letters.</summary>
    private static int Choice(string label) =>
        label is [>= 'A' and <= 'Z'] ? label[0] - 'A' : int.Parse(label, CultureInfo.InvariantCulture);

    private static JsonObject Definition(
        string task, string[] cohorts, JsonArray files, string replication = "none") => new()
        {
            ["name"] = "a sample",
            ["replication"] = replication,
            ["dataset"] = new JsonObject { ["fromFiles"] = true, ["name"] = "a sample", ["task"] = task },
            ["cohorts"] = new JsonArray([.. cohorts.Index().Select(cohort => new JsonObject
            {
                ["name"] = cohort.Item, ["model"] = "toy", ["baseline"] = cohort.Index == 0,
            })]),
            ["files"] = files,
        };

    [GeneratedRegex("^(bf16-again|bf16|int4)")]
    private static partial Regex Models();

    [GeneratedRegex("line ([0-9]+)")]
    private static partial Regex Line();

    [GeneratedRegex("seed ([0-9]+)")]
    private static partial Regex Seed();

    [GeneratedRegex("example ([0-9]+)")]
    private static partial Regex Example();

    [GeneratedRegex("label ([0-9]+)")]
    private static partial Regex Label();
}
