using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using PieService.Api.Documentation;

namespace PieService.Api.Tests.Documentation;

public sealed partial class DocumentTests
{
    [Fact]
    public void Every_document_can_be_reached_from_the_table_of_contents()
    {
        var (seen, open) = (new HashSet<string>(), new Queue<Document>([Library.Contents]));
        while (open.TryDequeue(out var document))
        {
            if (!seen.Add(document.Name)) continue;
            foreach (var (name, _) in Targets(document))
                if (Library.Find(name) is { } next) open.Enqueue(next);
        }

        Assert.Equal(Library.Documents.Select(document => document.Name).Order(), seen.Order());
    }

    /// <summary>The pages have no script that draws it.</summary>
    [Fact]
    public void A_diagram_of_states_is_the_list_of_its_transitions()
    {
        var html = Library.Find("ARCHITECTURE")!.Html;

        Assert.Contains("<li>created → <code>queued</code>: submit</li>", html, StringComparison.Ordinal);
        Assert.Contains("<li><code>queued</code> → <code>running</code>: claim</li>", html, StringComparison.Ordinal);
        Assert.All(
            Library.Documents,
            document => Assert.DoesNotContain("language-mermaid", document.Html, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_place_in_a_document_to_which_a_document_refers_exists() => Assert.All(
        from document in Library.Documents
        from target in Targets(document)
        select (document.Name, target),
        reference =>
        {
            var (name, anchor) = reference.target;
            if (Library.Picture(name) is { } picture)
            {
                picture.Dispose();
                return;
            }
            var document = Assert.IsType<Document>(Library.Find(name));
            if (anchor is not null)
                Assert.Contains(anchor, document.Sections.Select(section => section.Anchor));
        });

    [Fact]
    public void Every_file_to_which_a_document_refers_is_in_the_repository() => Assert.All(
        from file in Directory.EnumerateFiles(Root(), "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories))
        from Match link in Link().Matches(File.ReadAllText(file))
        let target = link.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
        select (file, Target: Path.Combine(Path.GetDirectoryName(file)!, target)),
        reference => Assert.True(
            Path.Exists(reference.Target), $"{reference.file} refers to {reference.Target}"));

    /// <summary>A section of another document states nothing to a reader who does not have it.</summary>
    [Fact]
    public void No_document_points_to_a_section_of_a_document_that_is_not_here() => Assert.All(
        from document in Library.Documents
        from section in document.Sections
        select (document.Name, section.Text),
        part => Assert.DoesNotMatch(Elsewhere(), part.Text));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("text <img src=x onerror=alert(1)> text")]
    [InlineData("[text](javascript:alert(1))")]
    [InlineData("![text](data:image/svg+xml,x)")]
    [InlineData("| a |\n|--:|\n| 1 |")]
    [InlineData("| <b onclick=x> |\n|---|\n| 1 |")]
    public void HTML_code_and_style_of_a_document_do_not_reach_a_page(string markdown)
    {
        var html = Document.Read("docs/any.md", markdown).Html;

        Assert.DoesNotMatch(Code(), html);
    }

    [Theory]
    [InlineData("concepts.md#e", "/ui/docs/concepts#e")]
    [InlineData("../README.md", "/ui/docs/start")]
    [InlineData("README.md", "/ui/docs/README")]
    [InlineData("../ARCHITECTURE.md#words", "/ui/docs/ARCHITECTURE#words")]
    [InlineData("pictures/votes.svg", "/ui/docs/pictures/votes.svg")]
    [InlineData("openapi.json", "/swagger/v1/swagger.json")]
    [InlineData("#here", "#here")]
    [InlineData("https://example.org/a.md", "https://example.org/a.md")]
    [InlineData("http://127.0.0.1:5000", "/")]
    [InlineData("http://127.0.0.1:5000/ui/sweeps?state=running#content", "/ui/sweeps?state=running#content")]
    [InlineData("http://127.0.0.1:5001/ui", "http://127.0.0.1:5001/ui")]
    [InlineData("../src/Api/pie.http", null)]
    [InlineData("../../../etc/passwd", null)]
    [InlineData("file:///etc/passwd", null)]
    public void A_link_becomes_the_address_under_which_the_service_has_the_target(string link, string? address) =>
        Assert.Equal(address, DocumentLink.Of("docs/api.md", link));

    /// <summary>A service may listen at another port than the documents state.</summary>
    [Fact]
    public void An_address_of_the_service_in_a_document_leads_to_this_service()
    {
        var document = Document.Read("docs/any.md", "Open <http://127.0.0.1:5000/ui>, or <https://example.org/>.");

        Assert.Contains("<a href=\"/ui\">http://127.0.0.1:5000/ui</a>", document.Html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://example.org/\">", document.Html, StringComparison.Ordinal);
        Assert.All(
            Library.Documents,
            one => Assert.DoesNotContain("href=\"http://127.0.0.1", one.Html, StringComparison.Ordinal));
    }

    /// <summary>The list of the columns of a file is longer than any window is wide.</summary>
    [Fact]
    public void Long_code_can_wrap() => Assert.Contains(
        "<td><code>id,<wbr>a&lt;b, c=<wbr>1&amp;<wbr>d==</code></td>",
        Document.Read("docs/any.md", "| columns |\n|---|\n| `id,a<b, c=1&d==` |").Html, StringComparison.Ordinal);

    [Fact]
    public void A_search_finds_sections_with_all_words_and_those_with_a_heading_first()
    {
        var found = DocumentSearch.Find("NOISE floor");

        Assert.Contains("noise floor", found[0].Section.Heading, StringComparison.OrdinalIgnoreCase);
        Assert.All(found, section => Assert.Contains(
            "floor", section.Section.Heading + section.Section.Text, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(DocumentSearch.Find("  "));
        Assert.Empty(DocumentSearch.Find("noise nosuchword"));
    }

    [Theory]
    [InlineData("seed")]
    [InlineData("rune")]
    [InlineData("the")]
    public void The_excerpt_of_a_section_begins_and_ends_with_whole_words(string query)
    {
        var found = DocumentSearch.Find(query);

        Assert.NotEmpty(found);
        Assert.All(found, section =>
        {
            var text = section.Section.Text.ReplaceLineEndings(" ");
            var part = section.Excerpt.TrimStart('…').TrimEnd('…').Trim();
            var (start, end) = (text.IndexOf(part, StringComparison.Ordinal), 0);
            end = start + part.Length;
            Assert.True(start >= 0, section.Excerpt);
            Assert.False(start > 0 && char.IsLetterOrDigit(text[start - 1]) && char.IsLetterOrDigit(text[start]));
            Assert.False(
                end < text.Length && char.IsLetterOrDigit(text[end - 1]) && char.IsLetterOrDigit(text[end]));
        });
    }

    [Fact]
    public void The_text_of_a_section_is_what_a_reader_sees()
    {
        var sections = Document.Read(
            "docs/any.md",
            """
            # A title

            ## `One` part

            <!-- a comment -->
            | name | has |
            |---|---|
            | `a` | [a place](https://example.org/address) |

            ```sh
            curl x
            ```

            * The *first* line,
              and &amp; the **second**.

            ## Two

            [a file](../src/any.cs "its title")
            """).Sections;

        Assert.Equal(["A title", "One part", "Two"], sections.Select(section => section.Heading));
        Assert.Equal(
            ["", "name\nhas\na\na place\ncurl x\nThe first line, and & the second.", "a file"],
            sections.Select(section => section.Text));
    }

    [Fact]
    public void A_search_does_not_find_marks_comments_and_addresses() =>
        Assert.All(["<!--", "|---", "```", "](", "concepts.md#"], marks => Assert.Empty(DocumentSearch.Find(marks)));

    /// <summary>The documents and pictures to which a document refers, with the id of a place in them.</summary>
    private static IEnumerable<(string Name, string? Anchor)> Targets(Document document) =>
        from Match match in Address().Matches(document.Html)
        let address = WebUtility.HtmlDecode(match.Groups[1].Value)
        let parts = (address.StartsWith('#') ? $"{DocumentLink.Path}/{document.Name}{address}" : address).Split('#')
        where parts[0].StartsWith($"{DocumentLink.Path}/", StringComparison.Ordinal)
        select (parts[0][(DocumentLink.Path.Length + 1)..], parts.ElementAtOrDefault(1));

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../.."));

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Address();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\((?:study|analysis) \d|study \d+\.\d+")]
    private static partial Regex Elsewhere();

    [GeneratedRegex("script|onerror|onclick|data:|style=")]
    private static partial Regex Code();
}
