using System.Net;

namespace PieService.Api.Tests.Pages;

public sealed class DocumentPageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_documents_of_this_version_are_pages_with_their_headings_and_pictures()
    {
        var contents = await Html.FoundAsync(api.Client, "/ui/docs");
        var address = contents.Link("PieService in ten minutes");
        Assert.Equal("/ui/docs/concepts", address);

        var page = await Html.FoundAsync(api.Client, address);

        Assert.Contains("<h2 id=\"from-votes-to-a-pie\">", page.Source, StringComparison.Ordinal);
        Assert.Contains("href=\"#from-votes-to-a-pie\"", page.Source, StringComparison.Ordinal);
        using var picture = await api.Client.GetAsync(
            page.Addresses.First(path => path.EndsWith("votes.svg", StringComparison.Ordinal)));
        Assert.Equal(
            (HttpStatusCode.OK, "image/svg+xml"),
            (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("/ui/docs/nothing")]
    [InlineData("/ui/docs/pictures/nothing.svg")]
    [InlineData("/ui/docs/..%2F..%2Fsrc%2FApi%2FProgram.cs")]
    public async Task What_is_not_a_document_is_not_found(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await Html.GetAsync(api.Client, path)).Status);

    [Fact]
    public async Task The_search_leads_to_sections()
    {
        var page = await Html.FoundAsync(api.Client, "/ui/docs?q=noise+floor");

        Assert.Contains(
            page.Addresses,
            path => path.StartsWith("/ui/docs/", StringComparison.Ordinal)
                && path.EndsWith("#the-noise-floor", StringComparison.Ordinal));
        Assert.Contains(
            "0 sections", (await Html.FoundAsync(api.Client, "/ui/docs?q=nosuchword")).Text, StringComparison.Ordinal);
    }
}
