using PieService.TestDatabases;

namespace PieService.Browser;

/// <summary>The pages of a service that requires keys.</summary>
public sealed class KeyedPageTests(KeyedService keyed) : IClassFixture<KeyedService>
{
    [Fact]
    public async Task A_browser_with_a_key_goes_from_the_list_of_sweeps_to_a_PIE()
    {
        await keyed.Studies.SweepAsync();
        using var browser = new PageBrowser(keyed.Service.Client.BaseAddress!);
        browser.SignIn("/ui/sweeps", await keyed.Service.AddKeyAsync("reader", "reader"));

        browser.Press("studied");
        browser.Click("#results tbody tr:last-child a");
        browser.AwaitText("Noise floor");
        browser.Press("All examples");
        browser.Click("tbody a");
        browser.AwaitText("PIE in");

        // The figure is a file that the browser requests with the key.
        Assert.Equal(true, browser.Run(
            """
            const images = [...document.images];
            return images.length > 0 && images.every((image) => image.complete && image.naturalWidth > 0);
            """));
        Assert.Empty(browser.Complaints());
    }

    [Fact]
    public void A_browser_without_a_key_gets_the_page_that_states_what_to_enter()
    {
        using var browser = new PageBrowser(keyed.Service.Client.BaseAddress!);
        browser.Open("/ui/sweeps");

        Assert.Contains("An API key is required", browser.Text, StringComparison.Ordinal);
        Assert.Contains("in a browser, as the password", browser.Text, StringComparison.Ordinal);
        Assert.Empty(browser.Violations());
    }
}

/// <summary>A service that requires keys.</summary>
public sealed class KeyedService : IAsyncLifetime
{
    public ServiceFixture Service { get; private set; } = null!;

    internal Studies Studies => new(Service);

    public async ValueTask InitializeAsync() => Service = await ServiceFixture.KeyedAsync();

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
