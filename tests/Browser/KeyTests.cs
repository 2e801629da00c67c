using OpenQA.Selenium;
using PieService.TestDatabases;

namespace PieService.Browser;

/// <summary>The keys of the pages, which /ui/keys lists.</summary>
public sealed class KeyTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private Studies Studies => new(service);

    [Fact]
    public async Task Keys_lead_from_the_list_of_sweeps_through_the_examples_of_a_comparison()
    {
        await Studies.SweepAsync();
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open("/ui/sweeps");
        browser.Key("j");
        Assert.Equal("studied", browser.Focused());
        browser.Key(Keys.Enter);
        browser.AwaitText("Comparisons");
        browser.Key("j" + "j");
        browser.Key(Keys.Enter);
        browser.AwaitText("Comparisons of studied");
        var last = browser.Address;
        browser.Key("p");
        browser.AwaitText("The first in the list");
        Assert.NotEqual(last, browser.Address);
        browser.Key("n");
        browser.AwaitText("The last in the list");
        Assert.Equal(last, browser.Address);

        browser.Open($"{browser.Address}/examples");
        browser.Key("j" + "j" + "k" + "j");
        browser.Key(Keys.Enter);
        browser.AwaitText("← Example 0");
        browser.Key("n");
        browser.AwaitText("← Example 1");
        browser.Key("p");
        browser.AwaitText("← Example 0");
        Assert.Empty(browser.Complaints());
    }

    [Fact]
    public async Task A_key_goes_to_the_filter_and_is_text_there()
    {
        var comparison = await ComparisonAsync();
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open($"/ui/comparisons/{comparison}");

        browser.Key("/");
        browser.Key("j?n");

        Assert.Equal("j?n", browser.Run("return document.querySelector('[name=contains]').value"));
        Assert.Equal($"/ui/comparisons/{comparison}", browser.Address);
        browser.Open("/ui/docs");
        browser.Key("/");
        Assert.Equal("q", browser.Run("return document.activeElement.name"));
    }

    [Fact]
    public void The_keys_can_be_switched_off_and_on()
    {
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open("/ui/docs");
        browser.Key("?");
        browser.AwaitText("The keys are on.");
        browser.Press("Switch the keys off");
        browser.AwaitText("The keys are off.");

        browser.Open("/ui/docs");
        browser.Key("/");
        Assert.NotEqual("q", browser.Run("return document.activeElement.name"));

        browser.Open("/ui/keys");
        browser.Press("Switch the keys on");
        browser.Open("/ui/docs");
        browser.Key("/");
        Assert.Equal("q", browser.Run("return document.activeElement.name"));
        Assert.Empty(browser.Complaints());
    }

    /// <summary>The keys are an addition: what they open are links.</summary>
    [Fact]
    public async Task Without_scripts_the_page_of_the_keys_says_that_they_are_off()
    {
        var comparison = await ComparisonAsync();
        using var browser = new PageBrowser(service.Client.BaseAddress!, hasScripts: false);
        browser.Open("/ui/keys");
        Assert.Contains("The browser runs no JavaScript, so the keys are off.", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Switch", browser.Text, StringComparison.Ordinal);

        browser.Open($"/ui/comparisons/{comparison}/examples");
        browser.Click("tbody a");
        browser.AwaitText("The first in the list");
        browser.Click("[rel=next]");
        browser.AwaitText("← Example 0");
    }

    private async Task<string> ComparisonAsync()
    {
        var sweep = await Studies.SweepAsync();
        return (string)(await service.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;
    }
}
