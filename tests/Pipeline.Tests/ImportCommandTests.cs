using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>The command line of ./pie import, before anything is sent.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private const string Service = "http://127.0.0.1:1";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-import-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("Name files and folders, or a definition")]
    [InlineData("Name files and folders, or a definition", "a.jsonl", "--definition", "b.json")]
    [InlineData("--baseline is not used with --definition", "--definition", "b.json", "--baseline", "bf16")]
    [InlineData("--model is not used with --definition", "--definition", "b.json", "--model", "toy")]
    [InlineData("--repeats is not used with --definition", "--definition", "b.json", "--repeats", "setting")]
    [InlineData("--nonsense", "a.jsonl", "--nonsense")]
    [InlineData("--name", "a.jsonl", "--name")]
    [InlineData("weekly", "a.jsonl", "--repeats", "weekly")]
    [InlineData("'file:///etc' is not an address", "a.jsonl", "--url", "file:///etc")]
    public async Task A_command_line_that_is_not_one_is_refused(string message, params string[] arguments)
    {
        var (code, output, errors) = await ServiceProcess.RunImportAsync([Service, .. arguments]);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("pie: import: ", errors, StringComparison.Ordinal);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    /// <summary>PIE_API, which the launcher passes on.</summary>
    [Theory]
    [InlineData("127.0.0.1:5000")]
    [InlineData("localhost:5000")]
    public async Task An_address_of_the_service_without_a_scheme_is_refused(string address)
    {
        var (code, _, errors) = await ServiceProcess.RunImportAsync(address, "a.jsonl");

        Assert.Equal(
            (2, $"pie: import: '{address}' is not an address such as http://127.0.0.1:5000.\n"), (code, errors));
    }

    /// <summary>First the connection ends within an answer, then the service waits for its database.</summary>
    [Fact]
    public async Task An_import_is_waited_for_while_the_service_restarts()
    {
        foreach (var cohort in new[] { "bf16", "int4" })
            await File.WriteAllTextAsync(
                $"{folder.CreateSubdirectory(cohort).FullName}/samples_arc_easy_2026-08-21T10-00-00.000000.jsonl",
                """{"doc_id": 0, "target": 0, "filtered_resps": [[-1, true], [-2, false]], "acc": 1}""");
        var polls = 0;
        using var stub = new HttpStub(async context =>
        {
            if (context.Request.HttpMethod == "GET" && ++polls == 1)
            {
                context.Response.ContentLength64 = 1;
                context.Response.Abort();
                return;
            }
            if (polls == 2) context.Response.StatusCode = 503;
            await context.Request.InputStream.CopyToAsync(Stream.Null);
            await context.Response.OutputStream.WriteAsync(polls < 3
                ? """{"id":"01a2","state":"running"}"""u8.ToArray()
                : """{"id":"01a2","state":"failed","problem":{"title":"The file is empty."}}"""u8.ToArray());
            context.Response.Close();
        });

        var (code, _, errors) = await ServiceProcess.RunImportAsync($"http://127.0.0.1:{stub.Port}", folder.FullName);

        Assert.Equal((1, 3), (code, polls));
        Assert.StartsWith($"no answer from http://127.0.0.1:{stub.Port}/ (", errors, StringComparison.Ordinal);
        Assert.EndsWith("pie: import: The file is empty.\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_does_not_exist_is_named()
    {
        var (code, _, errors) = await ServiceProcess.RunImportAsync(Service, "no such file");

        Assert.Equal((1, "pie: import: There is no file or folder no such file.\n"), (code, errors));
    }

    [Fact]
    public async Task A_file_that_is_cut_off_is_named_with_its_line()
    {
        var path = Path.Combine(folder.FullName, "samples_arc_easy_2026-01-01T00-00-00.000000.jsonl");
        await File.WriteAllTextAsync(path, """{"doc_id": 0, "filtered_resps": [[-1, tr""");

        var (code, _, errors) = await ServiceProcess.RunImportAsync(Service, path);

        Assert.Equal(1, code);
        Assert.StartsWith($"pie: import: {path}, line 1: is not valid JSON", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_a_folder_that_no_tool_wrote_are_left_out_and_the_plan_names_the_model()
    {
        const string sample =
            """{"doc_id": 0, "target": 0, "filtered_resps": [[-1, true], [-2, false]], "acc": 1}""";
        foreach (var cohort in new[] { "bf16", "int4" })
        {
            var path = folder.CreateSubdirectory(cohort).FullName;
            await File.WriteAllTextAsync($"{path}/pretrained=org__toy_arc_easy.jsonl", $"[{sample}]");
            await File.WriteAllTextAsync($"{path}/results.json", """{"results": {"arc_easy": {}}, "config": {}}""");
            await File.WriteAllTextAsync($"{path}/notes.jsonl", """{"note": "none"}""");
        }

        var (code, output, errors) = await ServiceProcess.RunImportAsync(Service, folder.FullName);

        Assert.Equal(1, code);
        Assert.StartsWith("arc_easy: 2 files, lmEvalHarness, singleLabel\n", output, StringComparison.Ordinal);
        Assert.Contains("  bf16 (baseline), model org/toy, 16 bits\n", output, StringComparison.Ordinal);
        Assert.Contains("  int4, model org/toy, 4 bits\n", output, StringComparison.Ordinal);
        Assert.Contains("not read, because no tool is recognised", errors, StringComparison.Ordinal);
        Assert.Contains("bf16/notes.jsonl", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("results.json", errors, StringComparison.Ordinal);
        Assert.Contains("The service does not answer", errors, StringComparison.Ordinal);
        string[] named = [.. Directory.GetFiles(folder.FullName, "*re*", SearchOption.AllDirectories)];
        Assert.Contains(named, file => file.EndsWith("results.json", StringComparison.Ordinal));
        Assert.Equal(output, (await ServiceProcess.RunImportAsync([Service, .. named.Order()])).Output);
    }

    /// <summary>Otherwise the answers of one evaluation would count as two runs.</summary>
    [Fact]
    public async Task Beside_samples_the_same_answers_in_the_format_of_another_tool_are_not_read()
    {
        foreach (var cohort in new[] { "bf16", "int4" })
        {
            var path = folder.CreateSubdirectory(cohort).FullName;
            await File.WriteAllTextAsync(
                $"{path}/samples_arc_easy_2026-08-21T10-00-00.000000.jsonl",
                """{"doc_id": 0, "target": 0, "filtered_resps": [[-1, true], [-2, false]], "acc": 1}""");
            await File.WriteAllTextAsync(
                $"{path}/x.jsonl",
                """{"sample_id": "0", "evaluation_name": "arc_easy", "answer_attribution": []}""");
        }

        var (_, output, errors) = await ServiceProcess.RunImportAsync(Service, folder.FullName);

        Assert.StartsWith("arc_easy: 2 files, lmEvalHarness", output, StringComparison.Ordinal);
        Assert.Contains(
            $"not read, because lm-evaluation-harness did not write it: {folder.FullName}/bf16/x.jsonl", errors,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_alone_are_refused()
    {
        var path = Path.Combine(folder.FullName, "results.json");
        await File.WriteAllTextAsync(path, """{"results": {"arc_easy": {}}, "config": {}}""");

        var (code, _, errors) = await ServiceProcess.RunImportAsync(Service, path);

        Assert.Equal(1, code);
        Assert.Contains($"{path}: results have no answers", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_has_every_option()
    {
        var (code, output, errors) = await ServiceProcess.RunImportAsync(Service, "--help");

        Assert.Equal((0, ""), (code, errors));
        foreach (var option in new[] { "baseline", "model", "name", "repeats", "definition", "dry-run", "url" })
            Assert.Contains($"--{option}", output, StringComparison.Ordinal);
        Assert.Contains("./pie import", output, StringComparison.Ordinal);
    }
}
