using System.Net;
using PieService.Api.Tests.Access;
using PieService.Domain.Access;

namespace PieService.Api.Tests.Pages;

public sealed class KeyedPageTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task A_browser_asks_for_the_key_and_shows_pages_that_are_not_stored()
    {
        using var asked = await api.Client.GetAsync("/ui/sweeps");
        Assert.Equal(
            (HttpStatusCode.Unauthorized, "Basic", "text/html"),
            (asked.StatusCode, Assert.Single(asked.Headers.WwwAuthenticate).Scheme,
                asked.Content.Headers.ContentType?.MediaType));
        Assert.Contains("as the password", await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/ui/sweeps");
        request.Headers.Authorization = KeyedApi.Basic(api.Key(Role.Reader));
        using var shown = await api.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.True(shown.Headers.CacheControl?.NoStore);
        Assert.Contains("Bearer $PIE_KEY", await shown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>The proxy with TLS speaks http to the service.</summary>
    [Theory]
    [InlineData("pie.example", "https://pie.example")]
    [InlineData("pie.example:8443", "https://pie.example:8443")]
    [InlineData("localhost:5000", "http://localhost:5000")]
    public async Task The_command_that_a_page_shows_sends_the_key_by_TLS_or_to_this_machine(string host, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ui/sweeps");
        request.Headers.Host = host;
        request.Headers.Authorization = KeyedApi.Basic(api.Key(Role.Reader));
        using var shown = await api.Client.SendAsync(request);

        Assert.Contains(
            $"'{origin}/api/v1/sweeps", new Html(shown.StatusCode, await shown.Content.ReadAsStringAsync()).Text,
            StringComparison.Ordinal);
    }

    /// <summary>A script of Swagger UI must not open a prompt, but the link to a file may.</summary>
    [Theory]
    [InlineData("navigate", "Basic")]
    [InlineData("cors", "Bearer")]
    public async Task A_browser_asks_for_the_key_of_an_address_that_a_person_opens(string mode, string scheme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sweeps");
        request.Headers.Add("Sec-Fetch-Mode", mode);
        using var response = await api.Client.SendAsync(request);

        Assert.Equal(scheme, Assert.Single(response.Headers.WwwAuthenticate).Scheme);
    }

    [Fact]
    public async Task A_reader_sees_the_forms_but_may_not_send_them()
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/ui/sweeps/new");
        using var sent = new HttpRequestMessage(HttpMethod.Post, "/ui/sweeps")
        {
            Content = new FormUrlEncodedContent([new("name", "study")]),
        };
        asked.Headers.Authorization = sent.Headers.Authorization = KeyedApi.Basic(api.Key(Role.Reader));

        using var shown = await api.Client.SendAsync(asked);
        using var refused = await api.Client.SendAsync(sent);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Equal(
            (HttpStatusCode.Forbidden, "text/html"),
            (refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
        Assert.Contains("the role submitter", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_style_of_the_page_that_asks_for_the_key_needs_no_key()
    {
        using var asked = await api.Client.GetAsync("/ui/sweeps");
        var page = new Html(asked.StatusCode, await asked.Content.ReadAsStringAsync());
        var address = page.Addresses.First(path => path.Contains("pie.css", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync(address)).StatusCode);
    }
}
