using System.Net;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Datasets;

namespace PieService.Api.Tests.PredictionImports;

/// <summary>Predictions for the examples of a dataset that exists.</summary>
public sealed class ExistingDatasetTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Reviews =
        """
        { "name": "reviews", "task": "singleLabel", "format": "csv",
          "columns": { "text": "text", "label": "label", "id": "id" } }
        """;

    private const string Test = "id,text,label\nx,lovely,good\ny,poor,bad\nz,so so,bad\n";

    [Theory]
    [InlineData("sourceId", "id,d,p\ny,bad,bad\nz,bad,good\nx,good,good\n")]
    [InlineData("position", "id,d,p\n1,bad,bad\n2,bad,good\n0,good,good\n")]
    [InlineData("text", "id,text,d,p\n7,poor,bad,bad\n8,so so,bad,good\n9,lovely,good,good\n")]
    public async Task Examples_are_found_by_their_ids_their_positions_or_their_texts(string match, string answers)
    {
        var dataset = await DatasetAsync();

        var sweep = await api.ImportAsync(Definition(dataset, match), ("answers", answers));

        var comparison = Assert.Single(await api.LabelledAsync(sweep))!;
        var pie = Assert.Single((await api.GetAsync($"/comparisons/{comparison["id"]}/pies"))["items"]!.AsArray())!;
        Assert.Equal((2, "so so"), ((int)pie["position"]!, (string?)pie["text"]));
        Assert.Equal(dataset, (Guid)(await api.GetAsync($"/sweeps/{sweep}"))["datasetId"]!);
    }

    [Fact]
    public async Task Every_example_of_the_split_must_be_answered_also_with_intersect()
    {
        var definition = Definition(await DatasetAsync());
        definition["onMissing"] = "intersect";

        var errors = await ErrorsAsync(definition, "id,d,p\ny,bad,bad\nx,good,good\n");

        Assert.All(errors, error => Assert.Matches("^example z is missing .* dataset.fromFiles", error));
        Assert.Equal(2, errors.Count());
    }

    [Fact]
    public async Task An_answer_without_a_label_is_refused_since_the_dataset_has_no_label_for_it()
    {
        var error = Assert.Single(
            await ErrorsAsync(Definition(await DatasetAsync()), "id,d,p\nx,good,good\ny,bad,\nz,bad,bad\n"));

        Assert.Contains("(none) is not a label of the dataset", error, StringComparison.Ordinal);
        Assert.Contains("dataset.fromFiles", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_that_the_dataset_does_not_have_is_refused()
    {
        var error = Assert.Single(
            await ErrorsAsync(Definition(await DatasetAsync()), "id,d,p\nx,good,good\ny,bad,fine\nz,bad,bad\n"));

        Assert.Contains("'fine'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dataset_that_does_not_exist_and_a_split_that_it_lacks_are_named()
    {
        using var none = await api.SendAsync(Definition(Guid.Empty), ("answers", "id,d,p\n"));
        var withoutSplit = Definition(await DatasetAsync());
        withoutSplit["split"] = "validation";
        using var split = await api.SendAsync(withoutSplit, ("answers", "id,d,p\n"));

        Assert.Equal(["dataset.id"], (await none.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        var problem = await split.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(["split"], problem.Fields());
        Assert.Contains("train, test", (string?)problem["errors"]!["split"]![0], StringComparison.Ordinal);
    }

    private async Task<Guid> DatasetAsync()
    {
        using var response = await api.ImportAsync(
            Reviews, ("train", "id,text,label\nt1,fine,good\nt2,dull,bad\n"), ("test", Test));
        return (Guid)(await response.ProblemAsync(HttpStatusCode.Created))["id"]!;
    }

    private async Task<IEnumerable<string>> ErrorsAsync(JsonNode definition, string answers)
    {
        using var received = await api.SendAsync(definition, ("answers", answers));
        var import = await api.EndedAsync(received);
        Assert.Equal((422, "failed"), ((int?)import["problem"]?["status"], (string?)import["state"]));
        return import["problem"]!["errors"]!.AsArray().Select(error => (string)error!["message"]!);
    }

    private static JsonObject Definition(Guid dataset, string match = "sourceId") => JsonNode.Parse($$"""
        { "name": "reviews int4", "dataset": { "id": "{{dataset}}", "match": "{{match}}" },
          "cohorts": [ { "name": "dense", "model": "m", "baseline": true }, { "name": "int4", "model": "m" } ],
          "files": [ { "part": "answers", "format": "csv", "columns": {
            "example": "id", {{(match == "text" ? "\"text\": \"text\"," : "")}}
            "runs": { "d": { "cohort": "dense" }, "p": { "cohort": "int4" } } } } ] }
        """)!.AsObject();
}
