using System.Text.Json.Nodes;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;
using OpenQA.Selenium.Support.UI;

namespace PieService.Browser;

/// <summary>Swagger UI in a headless Chromium, driven as by a user: with clicks and keys on visible elements.</summary>
public sealed class SwaggerPage : IDisposable
{
    private const string Driver = "/usr/bin/chromedriver", Browser = "/usr/bin/chromium";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChromeDriver driver;

    /// <param name="service">The address of the service.</param>
    /// <param name="address">The address of the page, or of a place on it.</param>
    public SwaggerPage(Uri service, string address = "/swagger")
    {
        Assert.True(
            File.Exists(Driver) && File.Exists(Browser),
            "Chromium or its driver is missing. On Debian or Ubuntu: sudo apt-get install -y "
                + "--no-install-recommends chromium chromium-driver");
        var options = new ChromeOptions { BinaryLocation = Browser };
        // No sandbox, since tests may run as root; only our own page is opened.
        options.AddArguments(
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,2000");
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        driver = new ChromeDriver(
            ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(Driver), Path.GetFileName(Driver)), options,
            Patience);
        driver.Navigate().GoToUrl(new Uri(service, address));
    }

    /// <summary>The warnings and errors in the browser's log.</summary>
    public IReadOnlyList<string> Complaints() =>
        [.. driver.Manage().Logs.GetLog(LogType.Browser).Where(entry => entry.Level >= LogLevel.Warning)
            .Select(entry => entry.Message)];

    /// <summary>Expands an operation and makes its fields editable.</summary>
    public Operation TryOut(string tag, string operation)
    {
        var block = Await(driver, $"#operations-{tag}-{operation}");
        Click(Await(block, ".opblock-summary-control"));
        Click(Await(block, ".try-out__btn"));
        return new Operation(this, block);
    }

    /// <summary>The summary of an operation, once the page shows it expanded.</summary>
    public string ExpandedSummary(string tag, string operation) =>
        Await(driver, $"#operations-{tag}-{operation}.is-open .opblock-summary-description").Text;

    public void Dispose() => driver.Dispose();

    private IWebElement Await(ISearchContext within, string selector) =>
        Until(() => within.FindElements(By.CssSelector(selector)).FirstOrDefault(), selector);

    private void Click(IWebElement element)
    {
        driver.ExecuteScript("arguments[0].scrollIntoView({block: 'center'})", element);
        element.Click();
    }

    private T Until<T>(Func<T?> found, string what) where T : class =>
        new WebDriverWait(driver, Patience) { Message = $"There is no {what} on the page." }.Until(_ => found())!;

    /// <summary>An operation that can be filled in and executed.</summary>
    public sealed class Operation(SwaggerPage page, IWebElement block)
    {
        public string Body => page.Await(block, "textarea.body-param__text").GetDomProperty("value")!;

        public void TypeParameter(string name, string value) =>
            Type(page.Await(block, $"tr[data-param-name='{name}'] input"), value);

        public void TypeBody(string json) => Type(page.Await(block, "textarea.body-param__text"), json);

        public void TypePart(string name, string json) =>
            Type(page.Await(block, $"tr[data-property-name='{name}'] textarea"), json);

        public void ChooseFile(string name, string path) =>
            page.Await(block, $"tr[data-property-name='{name}'] input[type=file]").SendKeys(path);

        /// <summary>Clicks Execute and reads the response that the page shows.</summary>
        public (int Status, JsonNode Body) Execute()
        {
            // The previous response must not be read as the new one.
            if (block.FindElements(By.CssSelector(".btn-clear")) is [var clear, ..]) page.Click(clear);
            page.Until(
                () => block.FindElements(By.CssSelector(".live-responses-table")).Count == 0 ? block : null,
                "cleared response");
            page.Click(page.Await(block, ".execute"));
            var row = page.Await(block, ".live-responses-table tr.response");
            var status = page.Await(row, ".response-col_status").Text.Trim().Split('\n')[0];
            var body = page.Await(row, ".response-col_description .highlight-code code").GetDomProperty("textContent")!;
            return (int.Parse(status, null), JsonNode.Parse(body)!);
        }

        private static void Type(IWebElement field, string text)
        {
            field.SendKeys(Keys.Control + "a");
            // The page renders after each key, which takes long on a busy machine, and a command has a time limit.
            foreach (var part in text.Chunk(16)) field.SendKeys(new string(part));
        }
    }
}
