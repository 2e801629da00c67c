using PieService.TestDatabases;

namespace PieService.Browser;

/// <summary>The pages of a service that requires keys.</summary>
public sealed class KeyedPageTests(KeyedService keyed) : IClassFixture<KeyedService>
{
    [Fact]
    public async Task A_browser_with_a_key_goes_from_the_list_of_sweeps_to_the_votes_on_an_example()
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
        Assert.Equal(1L, browser.Run(
            """
            return Promise.all([...document.images].map((image) => {
              image.loading = "eager";
              return image.decode();
            })).then((figures) => figures.length);
            """));
        Assert.Empty(browser.Complaints());
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
