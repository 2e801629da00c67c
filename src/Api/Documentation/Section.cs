using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PieService.Api.Documentation;

/// <summary>The part of a document from a heading to the next one.</summary>
/// <param name="Level">1 for the title of the document.</param>
/// <param name="Anchor">The id of the heading.</param>
/// <param name="Text">The Markdown below the heading.</param>
public sealed record Section(string Heading, int Level, string Anchor, string Text)
{
    public static IReadOnlyList<Section> Of(IReadOnlyList<HeadingBlock> headings, string markdown) =>
    [
        .. headings.Select((heading, index) => new Section(
            TextOf(heading), heading.Level, heading.GetAttributes().Id ?? "",
            markdown[(heading.Span.End + 1)..(index + 1 < headings.Count
                ? headings[index + 1].Span.Start : markdown.Length)].Trim())),
    ];

    private static string TextOf(HeadingBlock heading) => string.Concat(
        heading.Inline?.Descendants().Select(inline => inline switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            _ => "",
        }) ?? []);
}
