using System.Text.RegularExpressions;

namespace PieService.Api.Documentation;

/// <summary>
/// State diagrams in the language of Mermaid as lists of their transitions: the pages have no script that draws them.
/// </summary>
public static partial class StateDiagram
{
    public static string AsLists(string markdown) => Diagram().Replace(
        markdown,
        diagram => string.Concat(Transition().Matches(diagram.Groups[1].Value).Select(ListItem)));

    private static string ListItem(Match transition) =>
        $"* {StateOf(transition.Groups[1].Value, "created")} → {StateOf(transition.Groups[2].Value, "ended")}"
        + $": {transition.Groups[3].Value}\n";

    /// <param name="outside">The name of the point outside all states at which a transition begins or ends.</param>
    private static string StateOf(string name, string outside) => name == "[*]" ? outside : $"`{name}`";

    [GeneratedRegex(
        @"^```mermaid\r?\nstateDiagram-v2\r?\n(.*?)^```\r?\n", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Diagram();

    [GeneratedRegex(@"^\s*(\S+) --> (\S+): (.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Transition();
}
