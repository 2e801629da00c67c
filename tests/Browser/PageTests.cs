using OpenQA.Selenium;
using PieService.TestDatabases;

namespace PieService.Browser;

/// <summary>The pages in a browser, over a sweep that a worker has trained.</summary>
public sealed class PageTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const int Telephone = 390, Desk = 1400;

    private Studies Studies => new(service);

    /// <summary>The whole way of a study, without JavaScript.</summary>
    [Fact]
    public async Task A_study_is_made_from_a_file_to_an_example_without_scripts()
    {
        var file = Path.Combine(service.DataFolder, "pages.csv");
        await File.WriteAllTextAsync(file, Studies.Reviews);
        using var browser = new PageBrowser(service.Client.BaseAddress!, hasScripts: false);

        browser.Open("/");
        browser.Press("New sweep");
        browser.Open("/ui/datasets");
        browser.Press("Import a dataset");
        browser.Type("name", "pages");
        browser.ChooseFile("file", file);
        browser.Press("Try, and store nothing");
        browser.AwaitText("Nothing is stored yet.");
        browser.ChooseFile("file", file);
        browser.Press("Import");
        browser.AwaitText("succeeded");
        browser.Press("The dataset");
        browser.Press("New sweep with this dataset");
        browser.Type("name", "without scripts");
        browser.Type("models[0].hyperparameters.epochs", "1");
        browser.Type("sparsities", "95");
        browser.Type("seeds.count", "3");
        browser.Click("[name='methods'][value='IMP']");
        browser.Press("Show the plan");
        browser.AwaitText("Nothing is submitted yet.");
        browser.Press("Submit the sweep");
        browser.AwaitText("Finished");

        browser.Click("#results tbody a");
        browser.AwaitText("Noise floor");
        browser.Press("All examples");
        browser.Click("tbody a");
        browser.AwaitText("Self-confidence");
        Assert.Empty(browser.Complaints());
    }

    /// <summary>Every kind of page, in both themes and two widths.</summary>
    [Fact]
    public async Task No_page_breaks_a_rule_of_accessibility_or_is_wider_than_its_window()
    {
        var pages = await PagesAsync();
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        var found = new List<string>();
        foreach (var theme in new[] { "light", "dark" })
        {
            browser.SetTheme(theme);
            foreach (var width in new[] { Desk, Telephone })
            {
                browser.SetWidth(width);
                foreach (var page in pages)
                {
                    browser.Open(page);
                    found.AddRange(browser.Violations().Select(rule => $"{page} ({theme}, {width}): {rule}"));
                    if (browser.Overflow() > 0) found.Add($"{page} ({width}) is {browser.Overflow()} pixels too wide");
                    found.AddRange(browser.Complaints().Select(complaint => $"{page}: {complaint}"));
                }
            }
        }

        Assert.Empty(found);
    }

    /// <summary>A name may have 200 characters without a space.</summary>
    [Fact]
    public async Task A_long_name_does_not_make_a_page_wider_than_a_telephone()
    {
        var sweep = await Studies.SubmitAsync(await Studies.DatasetAsync(), new string('x', 200), seeds: 1);
        var run = (string)(await service.GetAsync($"/api/v1/sweeps/{sweep}/runs"))["items"]![0]!["id"]!;
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.SetWidth(Telephone);

        foreach (var page in new[] { $"/ui/sweeps/{sweep}", $"/ui/sweeps/{sweep}/runs", $"/ui/runs/{run}" })
        {
            browser.Open(page);
            Assert.True(browser.Overflow() == 0, $"{page} is {browser.Overflow()} pixels too wide");
        }
    }

    [Fact]
    public async Task A_long_label_leaves_its_frequencies_in_sight()
    {
        var dataset = await Studies.DatasetAsync(
            Studies.Reviews.Replace(",bad", $",{new string('x', 200)}", StringComparison.Ordinal));
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.SetWidth(Desk);

        browser.Open($"/ui/datasets/{dataset}");

        Assert.DoesNotContain("Labels", browser.WideTables());
    }

    /// <summary>Otherwise a check that does nothing would pass.</summary>
    [Fact]
    public void A_broken_rule_of_accessibility_is_found()
    {
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open("/ui/words");
        browser.Run("document.documentElement.removeAttribute('lang')");
        browser.Run("document.querySelector('main').style.width = '5000px'");

        Assert.Contains(browser.Violations(), rule => rule.StartsWith("html-has-lang", StringComparison.Ordinal));
        Assert.True(browser.Overflow() > 0);
    }

    [Fact]
    public async Task The_keyboard_alone_leads_from_the_list_to_a_comparison()
    {
        await Studies.SweepAsync();
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open("/ui/sweeps");

        browser.Key(Keys.Tab);
        Assert.Equal("Skip to the content", browser.Focused());
        browser.Key(Keys.Enter);
        Walk(browser, "studied");
        browser.AwaitText("Comparisons");
        browser.Key(Keys.Tab);
        browser.Key(Keys.Enter);
        Walk(browser, "IMP");
        browser.AwaitText("Gold label");
        Assert.StartsWith("/ui/comparisons/", browser.Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_progress_of_a_sweep_appears_without_loading_the_page_again()
    {
        var dataset = await Studies.DatasetAsync();
        var sweep = await Studies.SubmitAsync(dataset, "live", seeds: 3, firstSeed: 100);
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open($"/ui/sweeps/{sweep}");
        browser.Run("window.isTheSame = true");

        browser.AwaitText("Finished");
        Assert.Equal(true, browser.Run("return window.isTheSame"));
        Assert.Empty(browser.Complaints());
    }

    /// <summary>The page is fetched after the first event and answered after the last one.</summary>
    [Fact]
    public async Task The_end_of_a_sweep_appears_if_it_comes_while_the_page_is_fetched()
    {
        var sweep = await Studies.SubmitAsync(await Studies.DatasetAsync(), "slow page", seeds: 3, firstSeed: 200);
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open($"/ui/sweeps/{sweep}");
        browser.Run(
            """
            const real = window.fetch, held = new Promise((go) => { window.release = go; });
            window.fetch = async (...all) => { const answer = await real(...all); await held; return answer; };
            """);
        NoteTheEnd(browser);

        browser.Await("body[data-ended]");
        browser.Run("window.release()");

        browser.AwaitText("Finished");
    }

    [Fact]
    public async Task The_end_of_a_sweep_appears_when_the_focus_leaves_the_part_that_shows_it()
    {
        var sweep = await Studies.SubmitAsync(await Studies.DatasetAsync(), "focused", seeds: 3, firstSeed: 300);
        using var browser = new PageBrowser(service.Client.BaseAddress!);
        browser.Open($"/ui/sweeps/{sweep}");
        browser.Run("document.querySelector('#progress .actions a').focus()");
        browser.Run(
            """
            const news = document.getElementById("news");
            new MutationObserver(() => {
              if (!/queued|running|paused/.test(news.textContent)) document.body.dataset.ended = "true";
            }).observe(news, { childList: true });
            """);

        // The end is shown in the other parts.
        browser.Await("body[data-ended]");
        browser.Run("document.activeElement.blur()");

        browser.AwaitText("Finished");
    }

    /// <summary>Marks the page when the event of the end of its sweep has come.</summary>
    private static void NoteTheEnd(PageBrowser browser) => browser.Run(
        """
        const live = document.getElementById("live").dataset;
        new EventSource(`${live.events}?lastEventId=${live.last}`).addEventListener("state", (event) => {
          if (["queued", "running", "paused"].includes(JSON.parse(event.data).state)) return;
          document.body.dataset.ended = "true";
        });
        """);

    /// <summary>Moves the focus to a link with these words, and opens it.</summary>
    private static void Walk(PageBrowser browser, string words)
    {
        for (var steps = 0; browser.Focused() != words; steps++)
        {
            Assert.True(steps < 100, $"The key Tab does not lead to {words}.");
            browser.Key(Keys.Tab);
        }
        browser.Key(Keys.Enter);
    }

    private async Task<IReadOnlyList<string>> PagesAsync()
    {
        var sweep = await Studies.SweepAsync();
        var request = await service.GetAsync($"/api/v1/sweeps/{sweep}");
        var comparisons = (await service.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        var (comparison, other) = ((string)comparisons[0]!["id"]!, (string)comparisons[1]!["id"]!);
        var run = (string)(await service.GetAsync($"/api/v1/sweeps/{sweep}/runs"))["items"]![0]!["id"]!;
        var example = (string)(await service.GetAsync(
            $"/api/v1/comparisons/{comparison}/examples"))["items"]![0]!["exampleId"]!;
        var waiting = await Studies.SubmitAsync((string)request["datasetId"]!, "waits", seeds: 2, vectors: "missing");
        return
        [
            "/ui/datasets", "/ui/datasets/import", "/ui/prediction-imports", $"/ui/datasets/{request["datasetId"]}",
            $"/ui/datasets/{request["datasetId"]}/delete", "/ui/sweeps", "/ui/sweeps/new",
            "/ui/sweeps/new?preset=paper/snli/bert", $"/ui/sweeps/{sweep}", $"/ui/sweeps/{waiting}",
            $"/ui/sweeps/{sweep}/runs", $"/ui/sweeps/{sweep}/request?with={waiting}",
            $"/ui/sweeps/{sweep}/overlaps", $"/ui/sweeps/{sweep}/examples/{example}",
            $"/ui/runs/{run}", $"/ui/comparisons/{comparison}", $"/ui/comparisons/{comparison}/classes",
            $"/ui/comparisons/{comparison}/examples", $"/ui/comparisons/{comparison}/pair?with={other}",
            $"/ui/examples/{example}?by=text", "/ui/models", "/ui/system", "/ui/words",
            "/ui/keys",
        ];
    }
}
