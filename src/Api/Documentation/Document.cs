using System.Net;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PieService.Api.Documentation;

/// <summary>A document as HTML without inline style and script.</summary>
/// <param name="Name">The name in the address of the document.</param>
/// <param name="Title">The first heading, which the HTML does not repeat.</param>
/// <param name="Sections">The text of the document by its headings, for its table of contents and the search.</param>
public sealed partial record Document(string Name, string Title, string Html, IReadOnlyList<Section> Sections)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    /// <param name="path">The path of the file in the repository, from which its links are resolved.</param>
    /// <param name="markdown">The content of the file.</param>
    public static Document Read(string path, string markdown)
    {
        markdown = StateDiagram.AsLists(markdown);
        var parsed = Markdown.Parse(markdown, Pipeline);
        RemoveHtml(parsed);
        foreach (var link in parsed.Descendants<AutolinkInline>().ToList()) NameLink(link);
        foreach (var link in parsed.Descendants<LinkInline>().ToList()) Resolve(link, path);
        // The alignment of a column would be a style attribute.
        foreach (var column in parsed.Descendants<Table>().SelectMany(table => table.ColumnDefinitions))
            column.Alignment = null;
        // What scrolls must be reached with the keyboard.
        foreach (var code in parsed.Descendants<CodeBlock>()) code.GetAttributes().AddProperty("tabindex", "0");
        var sections = Section.Of(parsed);
        if (parsed.Descendants<HeadingBlock>().FirstOrDefault() is { Level: 1 } title) title.Parent!.Remove(title);
        return new(Library.NameOf(path), sections is [var first, ..] ? first.Heading : path, Render(parsed), sections);
    }

    /// <summary>HTML of a document is not shown: it may have anything, and comments are for tests.</summary>
    private static void RemoveHtml(MarkdownDocument parsed)
    {
        foreach (var block in parsed.Descendants<HtmlBlock>().ToList()) block.Parent!.Remove(block);
        foreach (var inline in parsed.Descendants<HtmlInline>().ToList()) inline.Remove();
    }

    /// <summary>An address in angle brackets becomes a link with the address as its text.</summary>
    private static void NameLink(AutolinkInline link)
    {
        if (link.IsEmail) return;
        var named = new LinkInline { Url = link.Url };
        named.AppendChild(new LiteralInline(link.Url));
        link.ReplaceBy(named);
    }

    private static void Resolve(LinkInline link, string path)
    {
        if (DocumentLink.Of(path, link.Url ?? "") is { } address) link.Url = address;
        // Only its text is left of a link to what the service does not have, such as a source file.
        else link.ReplaceBy(new ContainerInline(), copyChildren: true);
    }

    private static string Render(MarkdownDocument parsed)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.FindExact<CodeBlockRenderer>()!.OutputAttributesOnPre = true;
        renderer.ObjectRenderers.Replace<HtmlTableRenderer>(new ScrolledTable());
        renderer.ObjectRenderers.Replace<CodeInlineRenderer>(new WrappedCode());
        renderer.Render(parsed);
        return writer.ToString();
    }

    /// <summary>
    /// Code of one line, such as the list of the columns of a file, which may wrap after a comma, = and &amp;.
    /// </summary>
    private sealed partial class WrappedCode : CodeInlineRenderer
    {
        protected override void Write(HtmlRenderer renderer, CodeInline code)
        {
            renderer.Write("<code>");
            foreach (var (index, part) in Place().Split(code.Content).Index())
            {
                if (index > 0) renderer.Write("<wbr>");
                renderer.WriteEscape(part);
            }
            renderer.Write("</code>");
        }

        /// <summary>A place where the code may wrap.</summary>
        [GeneratedRegex("(?<=[,=&])(?=[^ ,=&])")]
        private static partial Regex Place();
    }

    /// <summary>
    /// A table that scrolls in its frame if the window is narrower. The name of the frame has the number of the table,
    /// since a document may have several tables with the same columns.
    /// </summary>
    private sealed class ScrolledTable : HtmlTableRenderer
    {
        private int tables;

        protected override void Write(HtmlRenderer renderer, Table table)
        {
            tables++;
            renderer.Write("<div class=\"scroll\" role=\"region\" aria-label=\"")
                .Write(WebUtility.HtmlEncode(NameOf(table))).Write("\" tabindex=\"0\">");
            base.Write(renderer, table);
            renderer.Write("</div>");
        }

        /// <summary>The number of the table in the document, and the names of its columns.</summary>
        private string NameOf(Table table)
        {
            var names = from row in table.OfType<TableRow>().Take(1)
                        from cell in row.OfType<TableCell>()
                        from text in cell.Descendants<LiteralInline>()
                        select text.Content.ToString();
            return $"Table {tables}: {string.Join(", ", names)}";
        }
    }
}
