using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>Every block of docs/pipelines.md, run unchanged by the program for which it is written.</summary>
public sealed partial class PipelineRecipesTests : IClassFixture<ServiceFixture>, IDisposable
{
    private readonly ServiceFixture service;
    private readonly string folder = Directory.CreateTempSubdirectory("pie-recipe-").FullName;
    private readonly Dictionary<string, string> environment;

    public PipelineRecipesTests(ServiceFixture service)
    {
        this.service = service;
        var database = new NpgsqlConnectionStringBuilder(service.ConnectionString);
        environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{ServiceProcess.RepositoryFolder}:{Environment.GetEnvironmentVariable("PATH")}",
            ["PIE_API"] = service.Address,
            ["PIE_DATA"] = folder,
            ["PGHOST"] = database.Host!,
            ["PGPORT"] = database.Port.ToString(CultureInfo.InvariantCulture),
            ["PGDATABASE"] = database.Database!,
            ["PGUSER"] = database.Username!,
            ["PGPASSWORD"] = database.Password ?? "",
        };
        File.WriteAllText(Path.Combine(folder, "train.csv"), ServiceClient.Csv(120, seed: 4));
        File.WriteAllText(Path.Combine(folder, "test.csv"), ServiceClient.Csv(60, seed: 5));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_curl_recipe_leads_from_files_to_the_PIEs_of_each_comparison()
    {
        var sweep = (await RunAsync("bash", ["-c", Recipe("curl")])).Succeeded();

        var comparison = Assert.Single(await service.ListAsync($"/api/v1/sweeps/{sweep}/comparisons"));
        var pies = await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/pies");
        Assert.NotEmpty(pies);
        var rows = await ReadLinesAsync($"pies-{comparison["id"]}.csv");
        Assert.StartsWith("exampleId,", rows[0], StringComparison.Ordinal);
        Assert.Equal(pies.Select(pie => (string?)pie["exampleId"]), rows.Skip(1).Select(row => row.Split(',')[0]));
    }

    [Fact]
    public async Task The_follow_recipe_prints_events_until_the_sweep_has_ended()
    {
        environment["SWEEP"] = (await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 2, "RP-AI"))
            .ToString();

        var lines = (await RunAsync("bash", ["-o", "pipefail", "-c", Recipe("follow")])).Succeeded().Split('\n');

        Assert.Contains(lines, line => line.StartsWith("RP-AI 80 %: ", StringComparison.Ordinal));
        Assert.Equal("succeeded: 4 of 4 runs", lines[^1]);
    }

    [Fact]
    public async Task The_Python_recipe_leads_from_files_to_the_ids_of_the_PIEs()
    {
        var sweep = (await RunAsync("python3", ["-c", Recipe("python")])).Succeeded();

        var comparison = Assert.Single(await service.ListAsync($"/api/v1/sweeps/{sweep}/comparisons"));
        var pies = await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/pies");
        Assert.NotEmpty(pies);
        Assert.Equal(pies.Select(pie => (string)pie["exampleId"]!).Order(), (await ReadLinesAsync("pies.txt")).Order());
    }

    /// <summary>Example 1 is a PIE, since two of three pruned models answer 2 there and all dense ones 1.</summary>
    [Fact]
    public async Task The_notebook_recipe_leads_from_logits_to_a_frame_of_PIEs()
    {
        const string given = """
            import numpy as np
            texts, gold, labels = ["first", "second", "third"], [0, 1, 2], ["no", "maybe", "yes"]
            dense = np.stack([np.eye(3)] * 3)
            pruned = dense.copy()
            pruned[:2, 1] = [0, 0, 1]

            """;

        var output = (await RunAsync(await PandasAsync(), ["-c", given + Recipe("notebook")])).Succeeded();

        Assert.Equal(
            [["position", "text", "label", "dense_predicted", "pruned_predicted"],
                ["1", "second", "maybe", "maybe", "yes"]],
            output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task The_recipe_for_lm_evaluation_harness_leads_from_its_output_folder_to_the_changed_answers()
    {
        foreach (var (cohort, score) in new[] { ("bf16", -1), ("int4", -3) })
        {
            var path = Path.Combine(folder, "out", cohort, "toy__model");
            Directory.CreateDirectory(path);
            await File.WriteAllTextAsync(
                Path.Combine(path, "samples_arc_easy_2026-08-21T10-00-00.000000.jsonl"),
                Sample(0, "Which gas?", -1) + Sample(1, "Which planet?", score));
        }
        var pie = $$"""pie() { dotnet '{{ServiceProcess.ImportProgram}}' "$PIE_API" "${@:2}"; }""";

        var output = (await RunAsync(
            "bash", ["-euo", "pipefail", "-c", $"{pie}\n{Recipe("lm-eval")}"])).Succeeded();

        Assert.Matches(@"int4 +2 +100\.0 % → 50\.0 % +1 \(50\.0 %\)", output);
        var row = Assert.Single((await ReadLinesAsync("changed.csv")).Skip(1));
        Assert.Contains("Which planet?", row, StringComparison.Ordinal);

        // The first choice is the answer if its log-likelihood is above -2, that of the second one.
        static string Sample(int id, string question, int first) =>
            $$$"""{"doc_id": {{{id}}}, "doc": {"question": "{{{question}}}"}, "target": "0", """
            + """ "arguments": {"gen_args_0": {"arg_0": "Q", "arg_1": " a"}, "gen_args_1": {"arg_0": "Q", """
            + $$$""" "arg_1": " b"}}, "filtered_resps": [["{{{first}}}", "True"], ["-2", "False"]], """
            + $$$""" "filter": "none", "acc": {{{(first > -2 ? 1 : 0)}}}.0}""" + "\n";
    }

    /// <summary>A Python that has pandas: the usual one, or the one of the system's packages.</summary>
    private async Task<string> PandasAsync()
    {
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
            if ((await RunAsync(python, ["-c", "import pandas"])).Code == 0) return python;
        Assert.Skip("No Python has pandas; ./pie check --all installs it.");
        return "";
    }

    [Fact]
    public async Task The_Snakemake_rule_waits_for_the_sweep_and_writes_its_output()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 1, "RP-AI");
        await File.WriteAllTextAsync(Path.Combine(folder, "sweep.id"), $"{sweep}\n");
        var rule = ShellOfARule().Match(Recipe("snakemake")).Groups["shell"].Value
            .Replace("{input}", "sweep.id", StringComparison.Ordinal)
            .Replace("{output}", "comparisons.json", StringComparison.Ordinal);

        (await RunAsync("bash", ["-euo", "pipefail", "-c", rule])).Succeeded();

        var comparisons = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "comparisons.json")))!;
        Assert.True((bool)comparisons["items"]![0]!["complete"]!);
    }

    [Fact]
    public async Task The_Airflow_sensor_detects_the_end_of_a_sweep_and_fails_if_it_was_cancelled()
    {
        var dataset = await service.UploadAsync();
        var sweep = await service.SubmitAsync(dataset, epochs: 1, seeds: 1);
        await service.UntilEndedAsync(sweep);
        var endless = await service.SubmitAsync(dataset, epochs: 5_000, seeds: 1);

        Assert.Equal("True", (await PokeAsync(sweep)).Succeeded());
        Assert.Equal("False", (await PokeAsync(endless)).Succeeded());
        using (var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{endless}/cancel", null))
            cancelled.EnsureSuccessStatusCode();
        Assert.Contains("has cancelled", (await PokeAsync(endless)).Error, StringComparison.Ordinal);
        Assert.Contains("404", (await PokeAsync(Guid.NewGuid())).Error, StringComparison.Ordinal);
        environment["PIE_API"] = "http://127.0.0.1:1";
        Assert.Equal("False", (await PokeAsync(sweep)).Succeeded());

        Task<Command> PokeAsync(Guid id) =>
            RunAsync("python3", ["-c", $"{Recipe("airflow")}\nprint(sweep_has_ended('{id}'))"]);
    }

    [Fact]
    public async Task The_predictions_recipe_continues_where_it_was_stopped()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 2, "RP-AI");
        await service.UntilEndedAsync(sweep);
        environment["SWEEP"] = sweep.ToString();
        var recipe = Recipe("predictions").Replace("runs=500", "runs=3", StringComparison.Ordinal);
        (await RunAsync("bash", ["-c", recipe])).Succeeded();
        var files = Directory.GetFiles(folder, "*.parquet").Order().ToList();
        var (first, second) = (await File.ReadAllBytesAsync(files[0]), await File.ReadAllBytesAsync(files[1]));
        await File.WriteAllTextAsync(files[0], "complete");
        File.Delete(files[1]);

        (await RunAsync("bash", ["-c", recipe])).Succeeded();

        Assert.Equal(2, files.Count);
        Assert.Equal("complete", await File.ReadAllTextAsync(files[0]));
        // Three runs in the first file, one in the second.
        Assert.InRange(second.Length, 1, first.Length - 1);
        Assert.Equal("PAR1", Encoding.ASCII.GetString((await File.ReadAllBytesAsync(files[1]))[^4..]));
    }

    [Fact]
    public async Task The_psql_recipe_has_the_same_results_as_the_API()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 3, seeds: 2, "IMP", "RP-AI");
        await service.UntilEndedAsync(sweep);
        var comparisons = await service.ListAsync($"/api/v1/sweeps/{sweep}/comparisons");
        Assert.True(comparisons.Sum(comparison => (int)comparison["pies"]!) > 0, "The sweep must have a PIE.");

        var output =
            (await RunAsync(
                "psql", ["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-v", $"sweep={sweep}", "--csv", "-f", "-"],
                Recipe("psql"))).Succeeded().Split('\n');

        Assert.Matches("^succeeded,6,6,([0-9]+),\\1$", output[1]);
        var rows = await ReadLinesAsync("pies.csv");
        Assert.Equal(
            comparisons.Select(comparison => ((string)comparison["method"]!, (int)comparison["pies"]!))
                .Where(method => method.Item2 > 0).Order(),
            rows.Skip(1).CountBy(row => row.Split(',')[0]).Select(method => (method.Key, method.Value)).Order());
        Assert.Equal("method,sparsity,seed,gold,predicted,scores", output[2]);
        Assert.Equal(6, output.Length - 3);
    }

    [Fact]
    public async Task The_webhook_receiver_accepts_only_messages_that_the_service_signed()
    {
        var port = ServiceFixture.FreePort();
        using var created = await service.Client.PostAsJsonAsync(
            "/api/v1/webhooks", new { url = $"http://localhost:{port}/" });
        var webhook = (await created.Content.ReadFromJsonAsync<JsonObject>())!;
        var start = new ProcessStartInfo("python3", ["-c", Recipe("webhook")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["PORT"], start.Environment["WEBHOOK_SECRET"]) =
            (port.ToString(CultureInfo.InvariantCulture), (string)webhook["secret"]!);
        using var receiver = Process.Start(start)!;
        try
        {
            await service.UntilAsync("the receiver is listening", () => Task.FromResult(IsListening(port)));
            using (var forged = new HttpRequestMessage(HttpMethod.Post, $"http://localhost:{port}/")
            {
                Content = new StringContent("""{"type":"forged","data":{}}"""),
            })
            {
                forged.Headers.Add("webhook-id", "me");
                forged.Headers.Add(
                    "webhook-timestamp",
                    TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
                forged.Headers.Add("webhook-signature", "v1,AAAA");
                using var refused = await service.Client.SendAsync(forged);
                Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
            }
            using (var test = await service.Client.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", null))
                test.EnsureSuccessStatusCode();
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            Assert.Equal(
                $$"""webhook.test {"webhookId": "{{webhook["id"]}}"}""", await ReadAboutAsync((string)webhook["id"]!));

            var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 1);
            await service.UntilEndedAsync(sweep);
            // The training has a limit of its own; this one starts again.
            limit.TryReset();
            limit.CancelAfter(TimeSpan.FromMinutes(1));
            Assert.StartsWith(
                $$"""sweep.ended {"sweepId": "{{sweep}}", "name": "pipeline", "state": "succeeded",""",
                await ReadAboutAsync(sweep.ToString()));

            // Events of the sweeps of other tests, which can end at any time, arrive too.
            async Task<string> ReadAboutAsync(string id)
            {
                while (true)
                {
                    var line = await receiver.StandardOutput.ReadLineAsync(limit.Token);
                    Assert.True(line is not null, "The receiver has ended.");
                    if (line.Contains(id, StringComparison.Ordinal)) return line;
                }
            }
        }
        finally
        {
            receiver.Kill();
            using var deleted = await service.Client.DeleteAsync($"/api/v1/webhooks/{webhook["id"]}");
        }
    }

    [Fact]
    public void Every_block_of_the_page_is_a_recipe()
    {
        var page = Page();

        Assert.Equal(Fence().Count(page), AnyRecipe().Count(page));
    }

    private Task<Command> RunAsync(string program, string[] arguments, string input = "") =>
        Command.RunAsync(program, arguments, environment, folder, input);

    private Task<string[]> ReadLinesAsync(string file) => File.ReadAllLinesAsync(Path.Combine(folder, file));

    private static bool IsListening(int port)
    {
        try
        {
            using var client = new TcpClient("localhost", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Recipe(string name) =>
        Assert.Single(AnyRecipe().Matches(Page()), match => match.Groups["name"].Value == name).Groups["text"].Value;

    private static string Page() =>
        File.ReadAllText(Path.Combine(ServiceProcess.RepositoryFolder, "docs/pipelines.md"));

    [GeneratedRegex(
        @"<!-- recipe: (?<name>[\w-]+) -->\n```\w+\n(?<text>.*?)^```$",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex AnyRecipe();

    [GeneratedRegex(@"^```\w", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("shell: \"\"\"(?<shell>.*?)\"\"\"", RegexOptions.Singleline)]
    private static partial Regex ShellOfARule();
}
