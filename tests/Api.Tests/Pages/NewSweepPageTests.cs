using System.Net;
using System.Text.Json.Nodes;
using PieService.Domain.Datasets;

namespace PieService.Api.Tests.Pages;

public sealed class NewSweepPageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Address = "/ui/sweeps/new";

    [Fact]
    public async Task The_form_as_it_is_shown_needs_only_a_name()
    {
        var dataset = await api.Situations.DatasetAsync();
        var form = await Html.FoundAsync(api.Client, $"{Address}?datasetId={dataset.Id}");

        var unnamed = await SendAsync(Address, form.Fields);
        var plan = await SendAsync(Address, Named(form));

        Assert.Equal(HttpStatusCode.BadRequest, unnamed.Status);
        Assert.Contains("<a href=\"#name\">name</a> is required", unnamed.Source, StringComparison.Ordinal);
        Assert.Contains("aria-describedby=\"name-error\"", unnamed.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, plan.Status);
        Assert.Contains("Runs 25", plan.Text, StringComparison.Ordinal);
        Assert.Contains("The sweep would wait", plan.Text, StringComparison.Ordinal);
        Assert.Equal(0, await SweepsOfAsync(dataset));
    }

    [Fact]
    public async Task The_plan_is_that_of_the_API_for_the_request_that_the_page_shows()
    {
        var dataset = await api.Situations.DatasetAsync();
        var form = await Html.FoundAsync(api.Client, $"{Address}?datasetId={dataset.Id}");

        var page = await SendAsync(Address, Named(form));

        var start = page.Text.IndexOf('{', page.Text.IndexOf("for the plan.", StringComparison.Ordinal));
        var request = JsonNode.Parse(page.Text[start..(page.Text.LastIndexOf('}') + 1)])!;
        var plan = await api.PostAsync("/api/v1/sweeps/plan", request, HttpStatusCode.OK);
        Assert.Contains($"Runs {plan["plan"]!["runs"]}", page.Text, StringComparison.Ordinal);
        Assert.Equal("study", (string?)plan["request"]!["name"]);
    }

    [Fact]
    public async Task A_form_is_submitted_once_even_if_it_is_sent_twice_and_leads_to_its_sweep()
    {
        var dataset = await api.Situations.DatasetAsync();
        var form = await Html.FoundAsync(api.Client, $"{Address}?datasetId={dataset.Id}");
        var fields = Named(form);

        using var first = await PostAsync("/ui/sweeps", fields);
        using var second = await PostAsync("/ui/sweeps", fields);
        using var other = await PostAsync("/ui/sweeps", Set(fields, "seeds.count", "3"));

        Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
        Assert.Null(first.Headers.RetryAfter);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.NotEqual(first.Headers.Location, other.Headers.Location);
        Assert.Equal(2, await SweepsOfAsync(dataset));
        var page = await Html.FoundAsync(api.Client, $"{first.Headers.Location}");
        Assert.Contains("0 of 25 runs", page.Text, StringComparison.Ordinal);
        Assert.Equal(
            "submitSweepOnPage",
            (string?)(await api.GetAsync("/api/v1/audit?pageSize=1"))["items"]![0]!["operation"]);
    }

    [Fact]
    public async Task A_sweep_is_copied_with_every_field_of_its_request()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 4, "IMP", "RP-AI");
        request["sparsities"] = new JsonArray(12.5, 90);
        request["observationEpochs"] = new JsonArray();
        request["predictSplits"] = new JsonArray("test", "train");
        request["computeMatchedDense"] = true;
        request["models"] = JsonNode.Parse("""
            [{ "architecture": "BiLSTM", "name": "small", "hyperparameters": { "epochs": 3, "learningRate": 0.0005 } },
             { "architecture": "BiLSTM", "name": "large", "device": "cpu",
               "hyperparameters": { "hiddenSize": 200 } }]
            """);
        var sweep = await api.SubmitAsync(request);
        var form = await Html.FoundAsync(api.Client, $"{Address}?from={sweep}");

        using var submitted = await PostAsync("/ui/sweeps", form.Fields);

        Assert.Equal(HttpStatusCode.SeeOther, submitted.StatusCode);
        var copy = $"{submitted.Headers.Location}".Replace("/ui/", "/api/v1/", StringComparison.Ordinal);
        Assert.Equal(
            (await api.GetAsync($"/api/v1/sweeps/{sweep}"))["request"]!.ToJsonString(),
            (await api.GetAsync(copy))["request"]!.ToJsonString());
    }

    [Fact]
    public async Task The_requests_of_two_sweeps_are_compared_field_by_field()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP");
        var sweep = await api.SubmitAsync(request);
        (request["seeds"]!["count"], request["name"]) = (5, "larger");
        var larger = await api.SubmitAsync(request);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/request?with={larger}");
        var alone = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/request");

        Assert.Equal(["name", "seeds.count"], page.Rows.Select(row => row[0]));
        Assert.Equal(["seeds.count", "3", "5"], page.Rows[1]);
        Assert.Contains(alone.Rows, row => row[0] == "methods" && row[1] == "IMP");
    }

    [Fact]
    public async Task Equal_numbers_of_two_requests_are_not_a_difference()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP");
        request["sparsities"] = JsonNode.Parse("[50.0, 62.50, 90.00]");
        var sweep = await api.SubmitAsync(request);
        (request["sparsities"], request["name"]) = (JsonNode.Parse("[50, 62.5, 90]"), "the same targets");
        var other = await api.SubmitAsync(request);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/request?with={other}");
        var alone = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/request");

        Assert.Equal(["name"], page.Rows.Select(row => row[0]));
        Assert.Contains(alone.Rows, row => row[0] == "sparsities" && row[1] == "50 62.5 90");
    }

    [Fact]
    public async Task A_preset_fills_in_the_form_and_names_what_the_study_does_not_state()
    {
        var dataset = await api.Situations.DatasetAsync();
        var form = await Html.FoundAsync(api.Client, $"{Address}?preset=paper/snli/bilstm&datasetId={dataset.Id}");

        var plan = await SendAsync(Address, form.Fields);

        Assert.Contains(new("models[0].hyperparameters.epochs", "39"), form.Fields);
        Assert.Contains(new("sparsities", "20 50 70 90 99"), form.Fields);
        Assert.Equal(8, form.Fields.Count(field => field.Key == "methods"));
        Assert.Contains("Runs 1,230", plan.Text, StringComparison.Ordinal);
        Assert.Contains("after which early epoch the study computed EL2N", plan.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_model_is_added_and_what_is_not_a_number_is_an_error_of_its_field()
    {
        var dataset = await api.Situations.DatasetAsync();
        var form = await Html.FoundAsync(api.Client, $"{Address}?datasetId={dataset.Id}");

        var two = await SendAsync(Address, Named(form).Append(new("addModel", "true")));
        var fields = Set(Set(Set(
            [.. two.Fields], "models[1].architecture", "BiLSTM"), "models[1].hyperparameters.epochs", "many"),
            "models[1].name", "second");
        var wrong = await SendAsync(Address, fields);

        Assert.Contains("Model 2", two.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains(
            "<a href=\"#models-1-hyperparameters-epochs\">models[1].hyperparameters.epochs</a> must be a whole number",
            wrong.Source, StringComparison.Ordinal);
        Assert.Contains(new("models[1].hyperparameters.epochs", "many"), wrong.Fields);
    }

    /// <summary>The request has only the second model of the form.</summary>
    [Fact]
    public async Task An_error_of_a_model_after_an_empty_one_is_at_its_own_field()
    {
        var dataset = await api.Situations.DatasetAsync();
        var form = await Html.FoundAsync(api.Client, $"{Address}?datasetId={dataset.Id}");

        var two = await SendAsync(Address, Named(form).Append(new("addModel", "true")));
        var fields = Set(Set(Set(
            [.. two.Fields], "models[0].architecture", ""), "models[1].architecture", "BiLSTM"),
            "models[1].hyperparameters.epochs", "many");
        var wrong = await SendAsync(Address, fields);

        Assert.Contains(
            "<a href=\"#models-1-hyperparameters-epochs\">models[1].hyperparameters.epochs</a> must be a whole number",
            wrong.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("#models-0", wrong.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Imported_predictions_and_unknown_sweeps_cannot_be_copied()
    {
        Assert.Equal(
            HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, $"{Address}?from={Guid.Empty}")).Status);
    }

    [Fact]
    public async Task A_dataset_that_does_not_exist_cannot_be_chosen()
    {
        var page = await Html.GetAsync(api.Client, $"{Address}?datasetId={Guid.Empty}");

        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains($"There is no dataset with the id {Guid.Empty}.", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_a_form_is_accepted_and_none_from_another_site()
    {
        using var json = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var refused = await api.Client.PostAsync(Address, json);
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/ui/sweeps")
        {
            Content = new FormUrlEncodedContent([new("name", "study")]),
        };
        foreign.Headers.Add("Origin", "https://elsewhere.example");
        using var forbidden = await api.Client.SendAsync(foreign);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        // A browser sends the origin of a form only if the policy of the page allows it.
        Assert.Equal(
            "same-origin", Assert.Single((await api.Client.GetAsync(Address)).Headers.GetValues("Referrer-Policy")));
    }

    private static List<KeyValuePair<string, string>> Named(Html form) => Set([.. form.Fields], "name", "study");

    private static List<KeyValuePair<string, string>> Set(
        List<KeyValuePair<string, string>> fields, string name, string value) =>
        [.. fields.Where(field => field.Key != name), new(name, value)];

    private async Task<Html> SendAsync(string path, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var response = await PostAsync(path, fields);
        return new Html(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        api.Client.PostAsync(path, new FormUrlEncodedContent(fields));

    private async Task<int> SweepsOfAsync(Dataset dataset) =>
        (int)(await api.GetAsync($"/api/v1/sweeps?datasetId={dataset.Id}"))["totalItems"]!;
}
