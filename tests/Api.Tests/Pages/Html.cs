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

    /// <summary>The addresses of links, files and forms, without the fragments of this page.</summary>
    public IEnumerable<string> Addresses =>
        from match in Address().Matches(Source)
        let address = WebUtility.HtmlDecode(match.Groups[1].Value)
        where !address.StartsWith('#')
        select address;

    /// <summary>The address of a link with this text.</summary>
    public string Link(string text) => WebUtility.HtmlDecode(
        Anchor().Matches(Source).First(match => Plain(match.Groups[2].Value) == text).Groups[1].Value);

    /// <summary>The cells of the rows of the table, without those of its head.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows =>
    [
        .. from row in Row().Matches(Source)
           let cells = Cell().Matches(row.Value).Select(cell => Plain(cell.Groups[1].Value)).ToList()
           where cells.Count > 0
           select cells,
    ];

    private static string Plain(string source) =>
        Space().Replace(WebUtility.HtmlDecode(Tag().Replace(source, " ")), " ").Trim();

    [GeneratedRegex("(?:href|src|action)=\"([^\"]+)\"")]
    private static partial Regex Address();

    [GeneratedRegex("<a [^>]*href=\"([^\"]+)\"[^>]*>(.*?)</a>", RegexOptions.Singleline)]
    private static partial Regex Anchor();

    [GeneratedRegex("<tr.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<td[^>]*>(.*?)</td>", RegexOptions.Singleline)]
    private static partial Regex Cell();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
