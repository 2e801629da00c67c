using System.Globalization;

namespace PieService.Api.Tests.Tables;

/// <summary>A table has its provenance, also as a file outside the service.</summary>
public sealed class ProvenanceTests(FilledTables tables) : IClassFixture<FilledTables>
{
    private string Pies => tables.Concrete("/api/v1/comparisons/{id}/pies");

    [Fact]
    public async Task A_Parquet_file_of_PIEs_names_comparison_sweep_dataset_recipes_versions_time_and_source()
    {
        var comparison = await tables.Api.GetAsync(tables.Concrete("/api/v1/comparisons/{id}"));
        var before = TimeProvider.System.GetUtcNow();

        var metadata = (await ParquetAsync(Pies + "?direction=denseRight&format=parquet")).Metadata;

        Assert.Equal(tables.IdOf("comparisons").ToString(), metadata["pie.comparison"]);
        Assert.Equal((string?)comparison["sweepId"], metadata["pie.sweep"]);
        Assert.Equal(tables.IdOf("datasets").ToString(), metadata["pie.dataset"]);
        Assert.Matches("^dense [0-9a-z:]{16,}, pruned [0-9a-z:]{16,}$", metadata["pie.recipe"]);
        Assert.Matches(@"^PieService\.Api \d.*; test$", metadata["pie.versions"]);
        Assert.InRange(
            DateTimeOffset.Parse(metadata["pie.createdAt"], CultureInfo.InvariantCulture), before.AddSeconds(-1),
            before.AddMinutes(5));
        Assert.Equal(Pies + "?direction=denseRight&format=parquet", metadata["pie.source"]);
    }

    [Fact]
    public async Task A_Parquet_file_of_a_run_names_run_and_recipe()
    {
        var metadata =
            (await ParquetAsync(tables.Concrete("/api/v1/runs/{id}/predictions") + "?format=parquet")).Metadata;

        Assert.Equal(tables.IdOf("runs").ToString(), metadata["pie.run"]);
        Assert.Matches("^[0-9a-z:]{16,}$", metadata["pie.recipe"]);
        Assert.EndsWith("; test", metadata["pie.versions"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_refer_to_the_tables_resource_its_provenance_and_its_other_formats()
    {
        using var response = await tables.Api.Client.GetAsync(Pies + "?format=csv&orderBy=position");

        var links = response.Headers.GetValues("Link").Single().Split(", ");
        Assert.Equal($"</api/v1/comparisons/{tables.IdOf("comparisons")}>; rel=\"up\"", links[0]);
        Assert.StartsWith("</api/v1/sweeps/", links[1], StringComparison.Ordinal);
        Assert.EndsWith(">; rel=\"describedby\"", links[1], StringComparison.Ordinal);
        Assert.Contains(
            $"<{Pies}?orderBy=position&format=parquet>; rel=\"alternate\"; type=\"application/vnd.apache.parquet\"",
            links);
        foreach (var link in links) await AssertLeadsSomewhereAsync(link);
    }

    [Fact]
    public async Task A_page_of_JSON_links_to_the_next()
    {
        using var response = await tables.Api.Client
            .GetAsync(tables.Concrete("/api/v1/datasets/{id}/examples") + "?pageSize=5&split=test");

        var next = response.Headers.GetValues("Link").Single().Split(", ")
            .Single(link => link.EndsWith("rel=\"next\"", StringComparison.Ordinal));
        var page = await tables.Api.GetAsync(next[1..next.IndexOf('>', StringComparison.Ordinal)]);
        Assert.Equal((3, 5), (page["items"]!.AsArray().Count, (int)page["items"]![0]!["position"]!));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    [InlineData("parquet")]
    public async Task A_file_has_a_name(string format)
    {
        using var response = await tables.Api.Client.GetAsync($"{Pies}?format={format}");

        Assert.Equal(
            $"attachment; filename=pies-{tables.IdOf("comparisons")}.{format}",
            response.Content.Headers.ContentDisposition?.ToString());
    }

    private async Task AssertLeadsSomewhereAsync(string link)
    {
        using var response = await tables.Api.Client.GetAsync(link[1..link.IndexOf('>', StringComparison.Ordinal)]);
        Assert.True(response.IsSuccessStatusCode, link);
    }

    private async Task<ParquetContent> ParquetAsync(string path) =>
        ParquetContent.Read(await tables.Api.Client.GetByteArrayAsync(path));
}
