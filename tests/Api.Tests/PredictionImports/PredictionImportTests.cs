using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Datasets;
using PieService.TestSupport;

namespace PieService.Api.Tests.PredictionImports;

public sealed class PredictionImportTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    [Fact]
    public async Task An_import_becomes_a_sweep_with_the_counts_of_what_was_read()
    {
        using var received = await api.SendAsync(PredictionApi.Definition(), ("answers", PredictionApi.Answers));

        Assert.NotNull(received.Headers.RetryAfter);
        var import = await api.EndedAsync(received);
        Assert.Equal($"/api/v1/imports/{import["id"]}", $"{received.Headers.Location}");
        Assert.Equal("succeeded", (string?)import["state"]);
        Assert.Equal(
            """{"examples":4,"runs":5,"missing":0,"noAnswer":0,"metricAgrees":0}""", import["read"]!.ToJsonString());
        Assert.Equal(4, (int)import["progress"]!["examples"]!);
        Assert.Equal(2 * PredictionApi.Answers.Length, (long)import["progress"]!["bytesTotal"]!);
        var sweep = (Guid)import["sweepId"]!;
        Assert.Equal((string?)import["datasetId"], (string?)(await api.GetAsync($"/sweeps/{sweep}"))["datasetId"]);
        Assert.Equal(2, (int)Assert.Single(await api.LabelledAsync(sweep))!["pies"]!);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("/plan")]
    [InlineData("?validateOnly=true")]
    public async Task A_plan_has_what_an_import_would_store_and_stores_nothing(string address)
    {
        using var response = await api.SendAsync(
            PredictionApi.Path + address, PredictionApi.Definition("""{ "name": "planned" }"""),
            ("answers", Encoding.UTF8.GetBytes(PredictionApi.Answers)));

        var plan = await response.ProblemAsync(HttpStatusCode.OK);
        Assert.Equal("""["no","yes"]""", plan["labels"]!.ToJsonString());
        Assert.Equal("""{"name":"int4","seeds":[0,1],"withScores":0}""", plan["cohorts"]![1]!.ToJsonString());
        Assert.Equal((4, 5), ((int)plan["read"]!["examples"]!, (int)plan["read"]!["runs"]!));
        Assert.Equal(0, await api.AskAsync<long>("SELECT count(*) FROM sweeps WHERE name = 'planned'"));
        Assert.Equal(0, await api.AskAsync<long>("SELECT count(*) FROM imports WHERE name = 'planned'"));
    }

    [Fact]
    public async Task All_errors_of_definition_and_parts_are_reported_at_once()
    {
        var definition = PredictionApi.Definition("""
            { "name": "", "cohorts": [ { "name": "bf16", "model": "llama", "bits": 99 } ], "onMissing": "guess" }
            """);

        using var response = await api.SendAsync(definition, ("answers", "x"), ("stranger", "x"));

        var fields = (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields().ToList();
        Assert.Contains("name", fields);
        Assert.Contains("onMissing", fields);
        Assert.Contains("cohorts[0].bits", fields);
        Assert.Contains("cohorts[0].model", fields);
        Assert.Contains("files[0].columns.runs.p0.cohort", fields);
        Assert.Contains("stranger", fields);
    }

    [Fact]
    public async Task A_plan_is_refused_as_the_import_would_be()
    {
        using var missing = await api.SendAsync(PredictionApi.Path + "/plan", new JsonObject());
        using var unread = await api.SendAsync(
            PredictionApi.Path + "/plan", PredictionApi.Definition(), ("answers", "id,gold\n"u8.ToArray()));
        using var twice = await api.SendAsync(
            PredictionApi.Path + "/plan", RepeatedSeed(), ("answers", "x"u8.ToArray()), ("more", "x"u8.ToArray()));

        Assert.Contains("cohorts", (await missing.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        var problem = await unread.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal("answers", (string?)problem["errors"]![0]!["file"]);
        await twice.ProblemAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_seed_that_a_cohort_has_twice_is_a_conflict_with_its_field()
    {
        using var response = await api.SendAsync(RepeatedSeed(), ("answers", "x"), ("more", "x"));

        var problem = await response.ProblemAsync(HttpStatusCode.Conflict);
        Assert.Equal(["files[1].seed"], problem.Fields());
    }

    [Theory]
    [InlineData("maybe", "no", "answers, line 2: has the label 'maybe', which is not one of 'no', 'yes'.")]
    [InlineData("maybe", "perhaps",
        "answers, line 2: has the label 'maybe', which is not one of 'no', 'yes'. See errors for all 2 of them.")]
    public async Task The_detail_has_the_first_error_and_refers_to_others_only_if_there_are_some(
        string first, string second, string detail)
    {
        var answers = PredictionApi.Answers
            .Replace("0,no,no,", $"0,no,{first},").Replace("1,no,no,", $"1,no,{second},");
        var definition = PredictionApi.Definition("""
            { "dataset": { "fromFiles": true, "name": "q", "task": "singleLabel", "labels": ["no", "yes"] } }
            """);

        using var response = await api.SendAsync(
            PredictionApi.Path + "/plan", definition, ("answers", System.Text.Encoding.UTF8.GetBytes(answers)));

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(detail, (string?)problem["detail"]);
    }

    [Fact]
    public async Task An_error_of_the_files_together_names_the_field_of_the_definition()
    {
        var definition = PredictionApi.Definition("""
            { "replication": "none", "files": [ { "part": "answers", "cohort": "bf16", "format": "csv",
              "columns": { "example": "id", "label": "gold", "predicted": "answer", "seed": "seed" } } ] }
            """);

        using var response = await api.SendAsync(
            PredictionApi.Path + "/plan", definition,
            ("answers", "id,gold,answer,seed\n0,no,no,0\n0,no,yes,1\n"u8.ToArray()));

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.StartsWith(
            "definition: replication is none, and the cohort 'bf16' has 2 runs;", (string?)problem["detail"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_errors_of_the_files_are_the_problem_of_the_import_and_nothing_is_stored()
    {
        var answers = PredictionApi.Answers.Replace("1,no,", "0,yes,").Replace("3,yes,no,", "3,yes,,");
        var definition = PredictionApi.Definition("""{ "name": "faulty", "noAnswer": "error" }""");

        using var received = await api.SendAsync(definition, ("answers", answers));

        var import = await api.EndedAsync(received);
        Assert.Equal(("failed", null, null), ((string?)import["state"], import["sweepId"], import["read"]));
        var problem = import["problem"]!;
        Assert.Equal(
            (422, "answers", 3), ((int)problem["status"]!, (string?)problem["file"], (int)problem["line"]!));
        Assert.Equal([3L, 5L], problem["errors"]!.AsArray().Select(error => (long)error!["line"]!).Distinct());
        await NothingIsLeftAsync();
        Assert.Equal(0, await api.AskAsync<long>("SELECT count(*) FROM sweeps WHERE name = 'faulty'"));
    }

    [Fact]
    public async Task The_same_upload_under_the_same_key_is_imported_once()
    {
        async Task<JsonNode> SendAsync(string name, HttpStatusCode status)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, PredictionApi.Path)
            {
                Content = DatasetApi.Form(
                    PredictionApi.Definition($$"""{ "name": "{{name}}" }""").ToJsonString(),
                    [("answers", Encoding.UTF8.GetBytes(PredictionApi.Answers))]),
            };
            request.Headers.Add("Idempotency-Key", "predictions");
            using var response = await api.Client.SendAsync(request);
            return await response.ProblemAsync(status);
        }

        var first = await SendAsync("once", HttpStatusCode.Accepted);
        var second = await SendAsync("once", HttpStatusCode.Accepted);
        await SendAsync("another", HttpStatusCode.Conflict);

        Assert.Equal((string?)first["id"], (string?)second["id"]);
    }

    [Fact]
    public async Task An_import_can_be_cancelled_while_it_is_running()
    {
        // The import reads its files, and then waits for the table of its dataset.
        await using var blocker = await api.Database.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        await using (var block = new Npgsql.NpgsqlCommand(
            "LOCK TABLE datasets IN EXCLUSIVE MODE", blocker, transaction)) await block.ExecuteNonQueryAsync();
        using var received = await api.SendAsync(
            PredictionApi.Definition("""{ "name": "cancelled" }"""), ("answers", PredictionApi.Answers));
        await Until.HoldsAsync(async () =>
            (string?)(await api.GetAsync($"{received.Headers.Location}"["/api/v1".Length..]))["state"] == "running");

        using var cancelled = await api.Client.PostAsync($"{received.Headers.Location}/cancel", null);

        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal("cancelled", (string?)(await api.EndedAsync(received))["state"]);
        await transaction.RollbackAsync();
        Assert.Equal(0, await api.AskAsync<long>("SELECT count(*) FROM sweeps WHERE name = 'cancelled'"));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_thousand_files_are_one_import()
    {
        var files = new JsonArray([.. Enumerable.Range(0, 1000).Select(i => JsonNode.Parse($$"""
            { "part": "file {{i}}", "format": "csv", "cohort": "{{(i % 2 == 0 ? "bf16" : "int4")}}", "seed": {{i / 2}},
              "columns": { "example": "id", "label": "gold", "predicted": "answer" } }
            """)!)]);

        var sweep = await api.ImportAsync(
            PredictionApi.Definition(new JsonObject { ["files"] = files }.ToJsonString()),
            Enumerable.Range(0, 1000).Select(i =>
                ($"file {i}", $"id,gold,answer\na,yes,{(i % 2 == 0 ? "yes" : "no")}\nb,no,no\n")));

        var comparison = Assert.Single(await api.LabelledAsync(sweep))!;
        Assert.Equal((500, 1), ((int)comparison["seeds"]!["pruned"]!, (int)comparison["pies"]!));
    }

    private static JsonObject RepeatedSeed()
    {
        var definition = PredictionApi.Definition();
        definition["files"]!.AsArray().Add(JsonNode.Parse("""
            { "part": "more", "format": "csv", "cohort": "bf16", "seed": 2, "columns": { "predicted": "answer" } }
            """));
        return definition;
    }

    private Task NothingIsLeftAsync() => Until.HoldsAsync(() =>
        Task.FromResult(Directory.GetFileSystemEntries(api.Uploads).Length == 0));
}
