using System.Net;
using System.Text;
using PieService.Api.Tests.Datasets;
using PieService.Api.Tests.PredictionImports;
using PieService.TestSupport;

namespace PieService.Api.Tests.Pages;

/// <summary>Datasets from a file in a browser to their page.</summary>
public sealed class DatasetPageTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Reviews =
        "text,label\na fine film,good\na dull film,bad\nlovely music,good\nawful plot,bad\ngreat fun,good\n"
        + "poor jokes,bad\n<script>alert(1)</script>,good\na tired story,bad\n";

    [Fact]
    public async Task A_file_is_tried_and_then_imported_by_the_form()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");
        var before = await api.TracesAsync();

        var tried = await ShownAsync("/ui/datasets/import/plan", Fields(form, "page reviews"), ("file", Reviews));
        Assert.Equal(before, await api.TracesAsync());
        var imported = await ImportedAsync("/ui/datasets/import", Fields(form, "page reviews"), ("file", Reviews));

        Assert.Equal(HttpStatusCode.OK, tried.Status);
        Assert.Contains("train examples 6", tried.Text, StringComparison.Ordinal);
        Assert.Contains("test examples 2", tried.Text, StringComparison.Ordinal);
        Assert.Equal(8, tried.Rows.Count);
        Assert.Contains(new("name", "page reviews"), tried.Fields);
        var page = await Html.FoundAsync(api.Client, imported.Link("The dataset"));
        Assert.Contains("page reviews", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Source, StringComparison.Ordinal);
        var list = await Html.FoundAsync(api.Client, "/ui/datasets");
        Assert.Equal(
            ["2, one for each text", "6", "–", "2"],
            list.Rows.First(row => row[0] == "page reviews").Skip(1).Take(4));
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_is_imported_once()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");

        using var first = await SendAsync("/ui/datasets/import", Fields(form, "twice"), ("file", Reviews));
        using var second = await SendAsync("/ui/datasets/import", Fields(form, "twice"), ("file", Reviews));
        using var other = await SendAsync(
            "/ui/datasets/import", Fields(form, "twice"), ("file", Reviews + "more,bad\n"));

        Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
        Assert.False(first.Headers.Contains("Preference-Applied"));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.NotEqual(first.Headers.Location, other.Headers.Location);
    }

    [Fact]
    public async Task An_error_of_the_form_or_of_a_file_is_shown_with_the_entries()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");

        var unnamed = await ShownAsync("/ui/datasets/import", Fields(form, ""), ("file", Reviews));
        var broken = await ShownAsync(
            "/ui/datasets/import/plan", Fields(form, "broken"), ("file", "text,label\nalone\n"));

        Assert.Equal(HttpStatusCode.BadRequest, unnamed.Status);
        Assert.Contains("<a href=\"#name\">name</a> is required", unnamed.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, broken.Status);
        Assert.Contains("file", broken.Text, StringComparison.Ordinal);
        Assert.Contains(new("name", "broken"), broken.Fields);
    }

    [Fact]
    public async Task Files_are_to_be_chosen_again_only_if_there_were_some()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");

        var without = await ShownAsync("/ui/datasets/import/plan", Fields(form, ""));
        var with = await ShownAsync("/ui/datasets/import/plan", Fields(form, ""), ("file", Reviews));

        Assert.Contains("The form is not valid.", without.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Choose the files again", without.Text, StringComparison.Ordinal);
        Assert.Contains("The form is not valid. Choose the files again.", with.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_a_file_does_not_have_is_an_error_of_its_field()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");

        var page = await ShownAsync(
            "/ui/datasets/import/plan", Fields(form, "renamed"), ("file", Reviews.Replace("label", "class")));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("id=\"columns-label-error\"", page.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"columns-text-error\"", page.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_examples_of_a_dataset_have_the_filters_of_the_API()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");
        var imported = await ImportedAsync("/ui/datasets/import", Fields(form, "filtered"), ("file", Reviews));
        var address = imported.Link("The dataset");

        var page = await Html.FoundAsync(api.Client, $"{address}?label=bad&contains=story");

        Assert.Equal("a tired story", Assert.Single(page.Rows, row => row.Count == 5 && row[4] == "bad")[3]);
        Assert.EndsWith("/examples?label=bad&contains=story&format=csv", page.Link("CSV"), StringComparison.Ordinal);
        Assert.StartsWith(
            "/ui/sweeps/new?datasetId=", page.Link("New sweep with this dataset"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dataset_with_many_labels_shows_the_most_frequent_ones_and_a_field_for_the_others()
    {
        var rows = string.Concat(
            Enumerable.Range(0, 300).SelectMany(label => Enumerable.Repeat(label, label < 5 ? 4 : 2))
                .Select((label, i) => $"text {i},label {label:000}\n"));
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");
        var imported = await ImportedAsync(
            "/ui/datasets/import", Fields(form, "many labels"), ("file", "text,label\n" + rows));

        var page = await Html.FoundAsync(api.Client, imported.Link("The dataset"));

        Assert.Equal(30, page.Rows.Count(row => row[^1].EndsWith('%')));
        Assert.Equal("label 000", page.Rows[0][0]);
        Assert.Contains("The 30 most frequent of 300 labels", page.Text, StringComparison.Ordinal);
        Assert.Contains("<input name=\"label\"", page.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predictions_are_tried_and_then_imported_by_the_form()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/prediction-imports");
        List<KeyValuePair<string, string>> fields =
        [
            .. form.Fields.Where(field => field.Key != "definition"),
            new("definition", PredictionApi.Definition().ToJsonString()),
        ];

        var wrong = await ShownAsync(
            "/ui/prediction-imports/plan", [new("definition", "{ \"name\": 1 }")], ("answers", PredictionApi.Answers));
        var tried = await ShownAsync("/ui/prediction-imports/plan", fields, ("answers", PredictionApi.Answers));
        var imported = await ImportedAsync("/ui/prediction-imports", fields, ("answers", PredictionApi.Answers));

        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains("must be a string", wrong.Text, StringComparison.Ordinal);
        Assert.Equal(["bf16", "int4"], tried.Rows.Select(row => row[0]));
        Assert.Equal(["3", "2"], tried.Rows.Select(row => row[1]));
        var sweep = await Html.FoundAsync(api.Client, imported.Link("The sweep of the predictions"));
        Assert.Contains("Origin imported predictions", sweep.Text, StringComparison.Ordinal);
        Assert.Contains("compressed cohort with its baseline cohort", sweep.Text, StringComparison.Ordinal);
        Assert.All(
            new[] { "Cohort", "Compression", "Score, baseline → compressed" },
            head => Assert.Contains(head, sweep.Heads));
        Assert.DoesNotContain("Pause", sweep.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pages_of_imported_predictions_speak_of_a_baseline_and_not_of_dense_and_pruned_runs()
    {
        var imported = await ImportedAsync(
            "/ui/prediction-imports",
            [new("definition", PredictionApi.Definition().ToJsonString())], ("answers", PredictionApi.Answers));
        var address = imported.Link("The sweep of the predictions");
        await new Situations(api.Services).LabelAsync(Guid.Parse(address.Split('/')[^1]));
        var sweep = await Html.FoundAsync(api.Client, address);

        var comparison = await Html.FoundAsync(api.Client, sweep.Link("int4"));
        var example = await Html.FoundAsync(api.Client, comparison.Link(comparison.Rows[0][0]));
        var compared = sweep.Link("int4").Split('?')[0];
        var pair = await Html.FoundAsync(api.Client, $"{compared}/pair?with={compared.Split('/')[^1]}");
        var runs = await Html.FoundAsync(api.Client, sweep.Link("Its runs"));
        var run = await Html.FoundAsync(
            api.Client, runs.Addresses.First(link => link.StartsWith("/ui/runs/", StringComparison.Ordinal)));

        Assert.Contains("Accuracy, baseline → compressed", sweep.Heads);
        Assert.Contains("Another program made the predictions of the run", run.Text, StringComparison.Ordinal);
        Assert.Contains("Runs 3 baseline, 2 compressed", comparison.Text, StringComparison.Ordinal);
        Assert.Contains("against baseline, by cohort", example.Text, StringComparison.Ordinal);
        var report = await Html.FoundAsync(api.Client, sweep.Link("The report of the sweep"));
        Assert.Contains("Score, baseline", report.Heads);
        foreach (var page in new[] { sweep, comparison, example, pair })
        {
            Assert.DoesNotMatch("(?i)dense|pruned|sparsity|external", page.Text);
            Assert.Contains("compressed", page.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_sample_of_the_definition_on_the_page_is_valid()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/prediction-imports");

        var tried = await ShownAsync(
            "/ui/prediction-imports/plan", [.. form.Fields], ("file", "id,gold,bf16,int4\n1,yes,yes,no\n2,no,no,no\n"));

        Assert.Equal(HttpStatusCode.OK, tried.Status);
    }

    [Fact]
    public async Task A_form_that_is_too_large_is_told_so_in_its_own_words()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");

        var many = await ShownAsync(
            "/ui/datasets/import/plan",
            [.. Enumerable.Range(0, 200).Select(i => new KeyValuePair<string, string>($"f{i}", ""))],
            ("file", Reviews));
        var wide = await ShownAsync(
            "/ui/datasets/import/plan", [.. form.Fields, new("columns.text", new string('a', 1024 * 1024 + 1))],
            ("file", Reviews));

        Assert.Equal(HttpStatusCode.BadRequest, many.Status);
        Assert.Matches("The form has more than [0-9]+ parts: 100 fields and [0-9]+ files", many.Text);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, wide.Status);
        Assert.Contains("The part columns.text has more than", wide.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_import_has_its_problem_on_its_page()
    {
        var form = await Html.FoundAsync(api.Client, "/ui/datasets/import");

        var page = await ImportedAsync(
            "/ui/datasets/import", Fields(form, "broken"), ("file", "text,label\nfine,good\nalone\n"));

        Assert.Contains("State failed", page.Text, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", page.Source, StringComparison.Ordinal);
    }

    private static List<KeyValuePair<string, string>> Fields(Html form, string name) =>
        [.. form.Fields.Where(field => field.Key != "name"), new("name", name)];

    /// <summary>The page of an import that has ended.</summary>
    private async Task<Html> ImportedAsync(
        string path, IReadOnlyList<KeyValuePair<string, string>> fields, (string Part, string Content) file)
    {
        using var response = await SendAsync(path, fields, file);
        Assert.True(
            response.StatusCode is HttpStatusCode.SeeOther or HttpStatusCode.OK,
            await response.Content.ReadAsStringAsync());
        var address = $"{response.Headers.Location ?? response.RequestMessage!.RequestUri}";
        Html? page = null;
        await Until.HoldsAsync(async () =>
        {
            page = await Html.FoundAsync(api.Client, address);
            return !page.Source.Contains("http-equiv=\"refresh\"", StringComparison.Ordinal);
        });
        return page!;
    }

    private async Task<Html> ShownAsync(
        string path, IReadOnlyList<KeyValuePair<string, string>> fields,
        params (string Part, string Content)[] files)
    {
        using var response = await SendAsync(path, fields, files);
        return new Html(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>As a browser sends a form: fields without a name of a file, and an empty part for a file that was not
    /// chosen.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        string path, IReadOnlyList<KeyValuePair<string, string>> fields,
        params (string Part, string Content)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields) form.Add(new StringContent(value), $"\"{name}\"");
        form.Add(new ByteArrayContent([]), "\"validation\"", "\"\"");
        foreach (var (part, content) in files)
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(content)), $"\"{part}\"", "\"a.csv\"");
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = api.Client.BaseAddress };
        return await client.PostAsync(path, form);
    }
}
