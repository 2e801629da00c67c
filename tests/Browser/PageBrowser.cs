using Deque.AxeCore.Commons;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;
using OpenQA.Selenium.Support.UI;

namespace PieService.Browser;

/// <summary>A headless Chromium with the pages of a service, used with clicks and keys.</summary>
public sealed class PageBrowser : IDisposable
{
    private const string Driver = "/usr/bin/chromedriver", Program = "/usr/bin/chromium";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly Uri service;
    private readonly ChromeDriver driver;

    /// <param name="hasScripts">Whether pages may run JavaScript.</param>
    public PageBrowser(Uri service, bool hasScripts = true)
    {
        Assert.True(
            File.Exists(Driver) && File.Exists(Program),
            "Chromium or its driver is missing. On Debian or Ubuntu: sudo apt-get install -y "
                + "--no-install-recommends chromium chromium-driver");
        this.service = service;
        var options = new ChromeOptions { BinaryLocation = Program };
        // No sandbox, since tests may run as root; only our own pages are opened.
        options.AddArguments(
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000");
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        if (!hasScripts)
            options.AddUserProfilePreference("profile.managed_default_content_settings.javascript", 2);
        driver = new ChromeDriver(
            ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(Driver), Path.GetFileName(Driver)), options,
            Patience);
    }

    public string Title => driver.Title;

    public string Address => new Uri(driver.Url).AbsolutePath;

    /// <summary>What a person reads on the page.</summary>
    public string Text => Await("body").Text;

    public void Open(string path) => driver.Navigate().GoToUrl(new Uri(service, path));

    /// <summary>
    /// Opens a page with a name and a password, as a person enters them in the window with which the browser asks.
    /// </summary>
    public void SignIn(string path, string key) => driver.Navigate().GoToUrl(
        new UriBuilder(new Uri(service, path)) { UserName = "reader", Password = key }.Uri);

    /// <summary>The colours of the system: light or dark.</summary>
    public void SetTheme(string theme) => driver.ExecuteCdpCommand("Emulation.setEmulatedMedia", new()
    {
        ["features"] = new[]
        {
            new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = theme },
        },
    });

    /// <summary>The width of the window, as of a telephone, in CSS pixels.</summary>
    public void SetWidth(int pixels) => driver.ExecuteCdpCommand("Emulation.setDeviceMetricsOverride", new()
    {
        ["width"] = pixels,
        ["height"] = 900,
        ["deviceScaleFactor"] = 1,
        ["mobile"] = false,
    });

    /// <summary>The violations of accessibility rules on the page, each with the elements.</summary>
    public IReadOnlyList<string> Violations()
    {
        driver.ExecuteScript(Axe);
        var found = (IReadOnlyCollection<object>)driver.ExecuteAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run(document).then((result) => done(result.violations.map(
              (rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join(" ")}`)));
            """)!;
        return [.. found.Cast<string>()];
    }

    /// <summary>By how many pixels the page is wider than the window.</summary>
    public long Overflow() => (long)driver.ExecuteScript(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth")!;

    /// <summary>The names of the tables that are wider than their place.</summary>
    public IReadOnlyList<string> WideTables() =>
    [
        .. ((IEnumerable<object>)driver.ExecuteScript(
            """
            return [...document.querySelectorAll(".scroll")]
              .filter((region) => region.scrollWidth > region.clientWidth).map((region) => region.ariaLabel);
            """)!).Cast<string>(),
    ];

    public object? Run(string script) => driver.ExecuteScript(script);

    /// <summary>The warnings and errors in the browser's log since the last call.</summary>
    public IReadOnlyList<string> Complaints() =>
    [
        .. driver.Manage().Logs.GetLog(LogType.Browser).Where(entry => entry.Level >= LogLevel.Warning)
            .Select(entry => entry.Message),
    ];

    public IWebElement Await(string selector) => Until(
        () => driver.FindElements(By.CssSelector(selector)).FirstOrDefault(), selector);

    public void Click(string selector) => Do(selector, element => element.Click());

    /// <summary>Clicks a link or a button by its words.</summary>
    public void Press(string words) => Do("main a, main button", element => element.Click(), words);

    public void Type(string field, string text) => Do($"[name='{field}']", input =>
    {
        input.Clear();
        input.SendKeys(text);
    });

    /// <summary>Chooses an option, also in a browser without scripts.</summary>
    public void Choose(string field, string value) => Click($"[name='{field}'] option[value='{value}']");

    public void ChooseFile(string field, string path) => Do($"[name='{field}']", input => input.SendKeys(path));

    /// <summary>Sends keys to the element that has the focus.</summary>
    public void Key(string keys) => driver.SwitchTo().ActiveElement().SendKeys(keys);

    public string Focused() => driver.SwitchTo().ActiveElement().Text;

    /// <summary>Waits until the page, which loads itself again, has these words.</summary>
    public void AwaitText(string words) =>
        Until(() => Reads().Contains(words, StringComparison.Ordinal) ? words : null, words);

    public void Dispose() => driver.Dispose();

    /// <summary>Finds an element of the page and uses it; again if the page was just replaced by another one.</summary>
    /// <param name="words">Its text; null for the first element.</param>
    private void Do(string selector, Action<IWebElement> use, string? words = null) => Until(
        () =>
        {
            try
            {
                var element = driver.FindElements(By.CssSelector(selector))
                    .FirstOrDefault(found => words is null || found.Text.Trim() == words);
                if (element is not null) use(element);
                return element;
            }
            catch (StaleElementReferenceException)
            {
                return null;
            }
        },
        words ?? selector);

    private string Reads()
    {
        try
        {
            return Text;
        }
        catch (StaleElementReferenceException)
        {
            // The page was just loaded again.
            return "";
        }
    }

    private T Until<T>(Func<T?> found, string what) where T : class =>
        new WebDriverWait(driver, Patience) { Message = $"There is no {what} on {driver.Url}." }
            .Until(_ => found())!;
}
