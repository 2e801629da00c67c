using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Sweeps;

public sealed class SweepEndpointsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_sweep_is_accepted_with_its_location_and_its_progress()
    {
        var dataset = await api.Situations.DatasetAsync();

        using var response = await api.Client.PostAsJsonAsync(
            "/api/v1/sweeps", Situations.Request(dataset, 3, "IMP", "MP-AI"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        var sweep = await api.GetAsync(response.Headers.Location!.OriginalString);
        Assert.Equal("queued", (string?)sweep["state"]);
        Assert.Null(sweep["startedAt"]);
        // Dense has 2 epochs, IMP 8, MP-AI 2, with three seeds each; IMP shares the two epochs of the dense run.
        Assert.Equal("""{"total":36,"done":0,"shared":6}""", sweep["progress"]!["epochs"]!.ToJsonString());
        Assert.Equal(
            """{"total":9,"queued":9,"running":0,"succeeded":0,"failed":0,"cancelled":0}""",
            sweep["progress"]!["runs"]!.ToJsonString());
    }

    [Fact]
    public async Task All_errors_of_a_request_are_reported_at_once() => Assert.Equal(
        ["name", "methods[1]", "sparsities[1]", "foo", "datasetId", "models[0].architecture", "methods[2]",
            "methods[3]", "sparsities[0]", "sparsities[2]", "seeds.count"],
        await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/sweeps", """
            { "name": 3, "methods": ["IMP", "XX", "dense", "IMP"], "sparsities": [0, "x", 150], "foo": 1, "models": [{}], "seeds": { "count": 1000000000 } }
            """));

    [Fact]
    public async Task One_unknown_method_is_one_error_with_the_methods_that_there_are()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "MP");

        var error = Assert.Single(
            (await api.ProblemAsync(
                HttpStatusCode.BadRequest, HttpMethod.Post, "/api/v1/sweeps", request.ToJsonString()))
                ["errors"]!.AsObject());

        Assert.Equal("methods[0]", error.Key);
        Assert.Equal(
            "must be one of IMP, IMP-WR, MP-AI, IIBP, IIBP-WR, IBP-AI, IRP, IRP-WR, RP-AI",
            (string?)Assert.Single(error.Value!.AsArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"name\": \"a\", \"name\": \"b\"}")]
    public async Task A_body_that_is_not_a_valid_request_is_a_bad_request(string body) =>
        Assert.NotEmpty(await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/sweeps", body));

    [Fact]
    public async Task A_body_with_another_content_type_than_json_is_an_unsupported_media_type()
    {
        using var response = await api.Client.PostAsync(
            "/api/v1/sweeps", new StringContent("name=x", null, "text/plain"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Validation_returns_the_plan_and_stores_nothing()
    {
        var dataset = await api.Situations.DatasetAsync();

        var answer = await api.PostAsync(
            "/api/v1/sweeps?validateOnly=true", Situations.Request(dataset, 3, "IMP"), HttpStatusCode.OK);

        var plan = answer["plan"]!;
        Assert.Equal("""{"requested":30,"shared":6,"toTrain":24}""", plan["epochs"]!.ToJsonString());
        // Six runs predict eight test examples, three dense ones 30 training examples after two epochs; three scores
        // and a class take 8 bytes.
        Assert.Equal(
            (6, 1, (6 * 8 * 8) + (3 * 2 * 30 * 8)),
            ((int)plan["runs"]!, (int)plan["comparisons"]!, (int)plan["predictionBytes"]!));
        Assert.Equal(8 * LabelSize.BytesPerExample(3, Split.Test), (int)plan["labelBytes"]!);
        Assert.True((double)plan["estimatedSeconds"]! > 0);
        // Three seeds have p values of at least 2 / 20, so even an effect on every run has a q of 1.
        var detectable = plan["detectable"]!;
        Assert.Equal((3, 8), ((int)detectable["seeds"]!, (int)detectable["examples"]!));
        Assert.Equal(1, (double)detectable["shares"]![0]!["smallestQ"]!, 12);
        Assert.Equal(0, (double)detectable["shares"]![0]!["power"]!);
        Assert.Equal(Detectable.Of(3, 8).Reason, (string?)detectable["reason"]);
        Assert.Equal(0, (int)(await api.GetAsync($"/api/v1/sweeps?datasetId={dataset.Id}"))["totalItems"]!);
    }

    /// <summary>
    /// 4 x 39 epochs of iterative methods, of which the first 39 are those of the dense run.
    /// </summary>
    [Fact]
    public async Task A_preset_needs_only_a_dataset_and_reports_its_unknowns()
    {
        var dataset = await api.Situations.DatasetAsync();
        var request = $$"""{ "datasetId": "{{dataset.Id}}", "preset": "paper/snli/bilstm" }""";

        var answer = await api.PostAsync("/api/v1/sweeps/plan", JsonNode.Parse(request)!, HttpStatusCode.OK);

        var plan = answer["plan"]!;
        Assert.Equal((1_230, 80), ((int)plan["runs"]!, (int)plan["comparisons"]!));
        const int Dense = 30 * 39, AtOnce = 3 * 5 * Dense, Iterative = 5 * 5 * Dense * 4;
        Assert.Equal(
            $$"""{"requested":{{Dense + AtOnce + Iterative}},"shared":{{Iterative / 4}},"toTrain":{{Dense + AtOnce + (Iterative * 3 / 4)}}}""",
            plan["epochs"]!.ToJsonString());
        Assert.NotEmpty(answer["unknowns"]!.AsArray());

        var sweep = await api.PostAsync("/api/v1/sweeps", JsonNode.Parse(request)!, HttpStatusCode.Accepted);
        Assert.Equal(("paper/snli/bilstm", "paper"), ((string?)sweep["name"], (string?)sweep["request"]!["protocol"]));
        Assert.Equal("glove.840B.300d", (string?)sweep["request"]!["models"]![0]!["vectors"]);
        Assert.Equal(answer["unknowns"]!.ToJsonString(), sweep["unknowns"]!.ToJsonString());
    }

    [Fact]
    public async Task Errors_in_a_request_with_a_preset_refer_to_the_fields_that_were_sent()
    {
        Assert.Equal(["preset"], await api.InvalidFieldsAsync(
            HttpMethod.Post, "/api/v1/sweeps", """{ "preset": "paper/snli/gpt" }"""));
        Assert.Equal(
            ["foo", "datasetId", "models[0].hyperparameters.epochs", "sparsities[1]"], await api.InvalidFieldsAsync(
                HttpMethod.Post, "/api/v1/sweeps",
                """{ "preset": "paper/snli/bilstm", "foo": 1, "models": [{ "hyperparameters": { "epochs": 0 } }], "sparsities": [50, 100] }"""));
    }

    [Fact]
    public async Task A_run_that_exists_is_linked_and_its_epochs_are_shared()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 2, "MP-AI"));
        await api.Situations.TrainAsync(first, (_, _) => 0);

        var second = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));

        var progress = (await api.GetAsync($"/api/v1/sweeps/{second}"))["progress"]!;
        Assert.Equal(
            """{"total":6,"queued":2,"running":0,"succeeded":4,"failed":0,"cancelled":0}""",
            progress["runs"]!.ToJsonString());
        Assert.Equal("""{"total":12,"done":8,"shared":8}""", progress["epochs"]!.ToJsonString());
        var shared = (await api.Situations.RunsOfAsync(first))[0];
        var run = await api.GetAsync($"/api/v1/runs/{shared.Id}");
        Assert.Equal(
            new[] { first.ToString(), second.ToString() }.Order(),
            run["sweepIds"]!.AsArray().Select(id => (string?)id).Order());
    }

    [Fact]
    public async Task Two_concurrent_sweeps_train_a_run_once()
    {
        var dataset = await api.Situations.DatasetAsync();

        var sweeps = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => api.SubmitAsync(Situations.Request(dataset, 3, "IMP"))));

        var runs = await Task.WhenAll(sweeps.Select(sweep => api.Situations.RunsOfAsync(sweep)));
        Assert.Equal(6, runs.SelectMany(run => run).Select(run => run.Id).Distinct().Count());
    }

    [Fact]
    public async Task Sweeps_are_listed_newest_first_and_once_each()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweeps = new List<Guid>();
        for (var i = 0; i < 5; i++) sweeps.Add(await api.SubmitAsync(Situations.Request(dataset, 1)));

        var (listed, token) = (new List<Guid>(), (string?)null);
        do
        {
            var page = await api.GetAsync(
                $"/api/v1/sweeps?datasetId={dataset.Id}&state=queued&pageSize=2"
                    + (token is null ? "" : $"&pageToken={token}"));
            Assert.Equal(5, (int)page["totalItems"]!);
            listed.AddRange(page["items"]!.AsArray().Select(sweep => (Guid)sweep!["id"]!));
            token = (string?)page["nextPageToken"];
        }
        while (token is not null);

        Assert.Equal(Enumerable.Reverse(sweeps), listed);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("""{"methods":["\ud800"],"sparsities":["\ud800"]}""")]
    public async Task An_unpaired_surrogate_is_bad_input(string body) =>
        Assert.Equal(["$"], await api.InvalidFieldsAsync(HttpMethod.Post, "/api/v1/sweeps", body));

    [Theory]
    [InlineData("?pageSize=0", "pageSize")]
    [InlineData("?pageSize=1001", "pageSize")]
    [InlineData("?pageSize=x", "pageSize")]
    [InlineData("?pageToken=x", "pageToken")]
    [InlineData("?state=Queued", "state")]
    [InlineData("?foo=1", "foo")]
    [InlineData("?pageSize=1&pageSize=2", "pageSize")]
    [InlineData("?datasetId=1", "datasetId")]
    public async Task An_unknown_or_invalid_parameter_is_refused(string query, string field) =>
        Assert.Equal([field], await api.InvalidFieldsAsync(HttpMethod.Get, "/api/v1/sweeps" + query));

    [Theory]
    [InlineData("/api/v1/sweeps/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/sweeps/00000000-0000-0000-0000-000000000000/runs")]
    [InlineData("/api/v1/sweeps/00000000-0000-0000-0000-000000000000/comparisons")]
    [InlineData("/api/v1/runs/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/runs/00000000-0000-0000-0000-000000000000/metrics")]
    [InlineData("/api/v1/runs/00000000-0000-0000-0000-000000000000/predictions")]
    [InlineData("/api/v1/comparisons/00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/v1/comparisons/00000000-0000-0000-0000-000000000000/pies")]
    [InlineData("/api/v1/examples/00000000-0000-0000-0000-000000000000/predictions")]
    [InlineData("/api/v1/sweeps/not-an-id")]
    [InlineData("/api/v1/nothing")]
    public async Task What_is_not_there_is_not_found(string path) =>
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);
}
