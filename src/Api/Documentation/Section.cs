using System.Text;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PieService.Api.Documentation;

/// <summary>The part of a document from a heading to the next one.</summary>
/// <param name="Level">1 for the title of the document.</param>
/// <param name="Anchor">The id of the heading.</param>
/// <param name="Text">What a reader sees below the heading: a line for each paragraph and cell, and those of
/// code.</param>
public sealed record Section(string Heading, int Level, string Anchor, string Text)
{
    /// <param name="parsed">The document without HTML.</param>
    public static IReadOnlyList<Section> Of(MarkdownDocument parsed)
    {
        var parts = new List<(HeadingBlock Heading, List<string> Texts)>();
        foreach (var block in parsed.Descendants<LeafBlock>())
        {
            if (block is HeadingBlock heading) parts.Add((heading, []));
            else if (parts is [.., var last] && TextOf(block) is { Length: > 0 } text) last.Texts.Add(text);
        }
        return
        [
            .. parts.Select(part => new Section(
                TextOf(part.Heading), part.Heading.Level, part.Heading.GetAttributes().Id ?? "",
                string.Join('\n', part.Texts))),
        ];
    }

    private static string TextOf(LeafBlock block)
    {
        if (block is CodeBlock code) return code.Lines.ToString();
        var text = new StringBuilder();
        foreach (var inline in block.Inline?.Descendants() ?? [])
            text.Append(inline switch
            {
                LiteralInline literal => literal.Content.ToString(),
                CodeInline codeInline => codeInline.Content,
                HtmlEntityInline entity => entity.Transcoded.ToString(),
                AutolinkInline link => link.Url,
                LineBreakInline => " ",
                _ => "",
            });
        return text.ToString();
    }
}
