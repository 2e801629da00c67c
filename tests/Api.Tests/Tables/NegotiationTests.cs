using System.Net;

namespace PieService.Api.Tests.Tables;

public sealed class NegotiationTests(FilledTables tables) : IClassFixture<FilledTables>
{
    private string Pies => tables.Concrete("/api/v1/comparisons/{id}/pies");

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/csv", "text/csv")]
    [InlineData("text/*", "text/csv")]
    [InlineData("TEXT/CSV;header=present", "text/csv")]
    [InlineData("application/x-ndjson", "application/x-ndjson")]
    [InlineData("application/vnd.apache.parquet", "application/vnd.apache.parquet")]
    [InlineData("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/json")]
    [InlineData("text/csv;q=0.5, application/x-ndjson;q=0.7", "application/x-ndjson")]
    [InlineData("text/csv, application/json", "text/csv")]
    [InlineData("application/json, text/csv", "application/json")]
    [InlineData("*/*, text/csv", "text/csv")]
    [InlineData("application/json;q=0, */*", "text/csv")]
    public async Task Accept_chooses_the_format(string? accept, string mediaType)
    {
        using var response = await GetAsync(Pies, accept);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Theory]
    [InlineData("application/pdf")]
    [InlineData("text/csv;q=0")]
    public async Task An_unsupported_Accept_is_406_and_the_problem_lists_the_supported_types(string accept)
    {
        using var response = await GetAsync(Pies, accept);

        Assert.Equal(HttpStatusCode.NotAcceptable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(
            "format=json|csv|ndjson|parquet", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_parameter_format_takes_precedence_over_Accept()
    {
        using var response = await GetAsync(Pies + "?format=csv", "application/pdf");

        Assert.Equal("text/csv; charset=utf-8; header=present", response.Content.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData("?format=csv&pageSize=10", null, "pageSize")]
    [InlineData("?format=parquet&pageToken=eyJ9", null, "pageToken")]
    [InlineData("?pageSize=50", "application/x-ndjson", "pageSize")]
    [InlineData("?format=xlsx", null, "format")]
    [InlineData("?format=csv&pageSize=10&direction=up", null, "pageSize", "direction")]
    public async Task Page_parameters_for_a_file_and_unknown_formats_are_errors_by_field(
        string query, string? accept, params string[] fields)
    {
        using var response = await GetAsync(Pies + query, accept);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(fields, problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Fact]
    public async Task A_missing_resource_is_404_in_every_format()
    {
        using var response = await GetAsync($"/api/v1/comparisons/{Guid.Empty}/pies", "text/csv");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        return await tables.Api.Client.SendAsync(request);
    }
}
