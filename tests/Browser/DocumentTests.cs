using PieService.TestDatabases;

namespace PieService.Browser;

/// <summary>The documents of the repository, as the service shows them.</summary>
public sealed class DocumentTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int Telephone = 390, Desk = 1400;

    [Theory]
    [InlineData("light", Desk)]
    [InlineData("dark", Telephone)]
    public void No_document_breaks_a_rule_of_accessibility_or_is_wider_than_its_window(string theme, int width)
    {
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.SetTheme(theme);
        browser.SetWidth(width);
        browser.Open("/ui/docs");
        var documents = ((IEnumerable<object>)browser.Run(
            """
            const links = [...document.querySelectorAll("main a[href]")].map((link) => new URL(link.href));
            return [...new Set(links.filter((link) => link.origin === location.origin).map((link) => link.pathname))];
            """)!).Cast<string>().Where(path => path.StartsWith("/ui/docs/", StringComparison.Ordinal)).ToList();
        Assert.True(documents.Count > 10, $"The contents list {documents.Count} documents.");

        var found = new List<string>();
        foreach (var page in (string[])["/ui/docs", "/ui/docs?q=noise+floor", .. documents])
        {
            browser.Open(page);
            found.AddRange(browser.Violations().Select(rule => $"{page} ({theme}, {width}): {rule}"));
            if (browser.Overflow() > 0) found.Add($"{page} ({width}) is {browser.Overflow()} pixels too wide");
            found.AddRange(browser.Complaints().Select(complaint => $"{page}: {complaint}"));
        }

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("formats")]
    public void A_table_of_a_document_uses_the_width_of_the_window_and_wraps_its_code(string document)
    {
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.SetWidth(Desk);

        browser.Open($"/ui/docs/{document}");

        Assert.Empty(browser.WideTables());
    }

    [Fact]
    public void The_search_of_the_documents_is_not_wider_than_its_column()
    {
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.SetWidth(1280);

        browser.Open("/ui/docs");

        Assert.Equal(0, browser.Overflow());
    }
}
