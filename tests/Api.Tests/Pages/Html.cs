using System.Net;
using System.Text.RegularExpressions;

namespace PieService.Api.Tests.Pages;

/// <summary>A page as the service sent it.</summary>
internal sealed partial record Html(HttpStatusCode Status, string Source)
{
    public static async Task<Html> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        return new Html(response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The page of an address that exists.</summary>
    public static async Task<Html> FoundAsync(HttpClient client, string path)
    {
        var page = await GetAsync(client, path);
        Assert.True(page.Status == HttpStatusCode.OK, $"{path}: {page.Status} {page.Text}");
        return page;
    }

    /// <summary>What a person reads: the text without tags, with single spaces.</summary>
    public string Text => Plain(Source);

    /// <summary>The addresses of links and files, without the fragments of this page.</summary>
    public IEnumerable<string> Addresses =>
        from match in Address().Matches(Source)
        let address = WebUtility.HtmlDecode(match.Groups[1].Value)
        where !address.StartsWith('#')
        select address;

    /// <summary>The addresses to which buttons send a form that changes something.</summary>
    public IEnumerable<string> Actions => Action().Matches(Source).Select(match => match.Groups[1].Value);

    /// <summary>
    /// The addresses to which a form that only shows something leads by one choice, with the hidden fields.
    /// </summary>
    /// <param name="path">The address of this page.</param>
    public IEnumerable<string> Choices(string path) =>
        from form in GetForm().Matches(Source)
        let action = (Attribute(form.Value, "action") ?? path).Split('?')[0]
        let hidden = string.Concat(
            from input in Input().Matches(form.Value)
            where Attribute(input.Value, "type") == "hidden"
            select $"&{Attribute(input.Value, "name")}={Uri.EscapeDataString(Attribute(input.Value, "value") ?? "")}")
        from choice in Select().Matches(form.Value)
        from option in Option().Matches(choice.Groups[2].Value)
        let value = Attribute(option.Value, "value")
        where !string.IsNullOrEmpty(value)
        select $"{action}?{choice.Groups[1].Value}={Uri.EscapeDataString(value)}{hidden}";

    /// <summary>The values of the fields of the form that is sent, as a browser sends them.</summary>
    public IEnumerable<KeyValuePair<string, string>> Fields
    {
        get
        {
            var form = PostForm().Match(Source).Value;
            foreach (Match control in Input().Matches(form))
            {
                var (type, name) = (Attribute(control.Value, "type"), Attribute(control.Value, "name"));
                if (name is null || type == "file") continue;
                if (type == "checkbox" && !control.Value.Contains(" checked", StringComparison.Ordinal)) continue;
                yield return new(name, Attribute(control.Value, "value") ?? "");
            }
            foreach (Match control in Select().Matches(form))
            {
                var options = Option().Matches(control.Groups[2].Value);
                var chosen = options.FirstOrDefault(
                    option => option.Value.Contains(" selected", StringComparison.Ordinal)) ?? options[0];
                yield return new(control.Groups[1].Value, Attribute(chosen.Value, "value") ?? "");
            }
            foreach (Match control in TextArea().Matches(form))
                yield return new(control.Groups[1].Value, WebUtility.HtmlDecode(control.Groups[2].Value));
        }
    }

    private static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $" {name}=\"([^\"]*)\"") is { Success: true } found
            ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    /// <summary>The address of a link with this text.</summary>
    public string Link(string text) => WebUtility.HtmlDecode(
        Anchor().Matches(Source).First(match => Plain(match.Groups[2].Value) == text).Groups[1].Value);

    /// <summary>The address of the link to the previous or the next page; null without one.</summary>
    public string? Rel(string rel) =>
        Regex.Match(Source, $"<a rel=\"{rel}\" href=\"([^\"]+)\"") is { Success: true } found
            ? WebUtility.HtmlDecode(found.Groups[1].Value) : null;

    /// <summary>The cells of the rows of the table, without those of its head.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows =>
    [
        .. from row in Row().Matches(Source)
           let cells = Cell().Matches(row.Value).Select(cell => Plain(cell.Groups[1].Value)).ToList()
           where cells.Count > 0
           select cells,
    ];

    /// <summary>The heads of the columns of the tables.</summary>
    public IReadOnlyList<string> Heads => [.. Head().Matches(Source).Select(cell => Plain(cell.Groups[1].Value))];

    private static string Plain(string source) =>
        Space().Replace(WebUtility.HtmlDecode(Tag().Replace(source, " ")), " ").Trim();

    [GeneratedRegex("(?:href|src|srcset)=\"([^\"]+)\"")]
    private static partial Regex Address();

    [GeneratedRegex("(?:method=\"post\" action|formaction)=\"([^\"]+)\"")]
    private static partial Regex Action();

    [GeneratedRegex("<form method=\"post\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex PostForm();

    [GeneratedRegex("<form method=\"get\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex GetForm();

    [GeneratedRegex("<input [^>]*>")]
    private static partial Regex Input();

    [GeneratedRegex("<select [^>]*name=\"([^\"]+)\"[^>]*>(.*?)</select>", RegexOptions.Singleline)]
    private static partial Regex Select();

    [GeneratedRegex("<option [^>]*>")]
    private static partial Regex Option();

    [GeneratedRegex("<textarea [^>]*name=\"([^\"]+)\"[^>]*>(.*?)</textarea>", RegexOptions.Singleline)]
    private static partial Regex TextArea();

    [GeneratedRegex("<a [^>]*href=\"([^\"]+)\"[^>]*>(.*?)</a>", RegexOptions.Singleline)]
    private static partial Regex Anchor();

    [GeneratedRegex("<th [^>]*>(.*?)</th>", RegexOptions.Singleline)]
    private static partial Regex Head();

    [GeneratedRegex("<tr.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<td[^>]*>(.*?)</td>", RegexOptions.Singleline)]
    private static partial Regex Cell();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
