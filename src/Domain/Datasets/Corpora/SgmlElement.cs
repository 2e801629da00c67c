using System.Text.RegularExpressions;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>An element of an SGML file in which all elements begin and end with a tag, as in Reuters-21578.</summary>
/// <param name="Path">Its name after the names of the elements that contain it: <c>REUTERS/TOPICS/D</c>.</param>
/// <param name="Tag">The tag with which it begins.</param>
/// <param name="Line">The line on which it begins.</param>
internal sealed partial record SgmlElement(string Path, string Tag, long Line, string Content)
{
    /// <summary>The elements inside of an element, in the order in which they end.</summary>
    /// <param name="sgml">One element, optionally followed by white space.</param>
    /// <param name="paths">All valid paths of elements.</param>
    /// <param name="file">The name of the file, for messages.</param>
    /// <param name="line">The line on which the element begins.</param>
    /// <exception cref="UnreadableFileException">
    /// An element has another path, has no begin or end tag, or is not inside of the first one.
    /// </exception>
    public static List<SgmlElement> Of(string sgml, IReadOnlySet<string> paths, string file, long line)
    {
        var (elements, open, counted) = (new List<SgmlElement>(), new Stack<(string Path, Match Tag, long Line)>(), 0);
        foreach (Match tag in TagPattern().Matches(sgml))
        {
            line += sgml.AsSpan(counted, tag.Index - counted).Count('\n');
            counted = tag.Index;
            var name = tag.Groups["name"].Value;
            if (!tag.ValueSpan.EndsWith('>')) throw Error($"the tag <{Shown(name)} has no end, >");
            if (elements.Count > 0 && open.Count == 0) throw Error("the line continues after the end of the document");
            if (!tag.ValueSpan.StartsWith("</"))
            {
                var inner = open.TryPeek(out var outer) ? $"{outer.Path}/{name}" : name;
                if (!paths.Contains(inner))
                    throw new UnreadableFileException(
                        file, outer.Line, null,
                        $"<{Shown(name)}> does not belong in the <{Name(outer.Path)}> that begins here; has that no " +
                        "end, or should its '<' be &lt;?");
                open.Push((inner, tag, line));
                continue;
            }
            if (!open.Any(element => Name(element.Path) == name))
                throw Error($"</{Shown(name)}> ends an element that does not begin");
            var (path, first, begun) = open.Pop();
            if (Name(path) != name) throw Unended(path, begun);
            elements.Add(new SgmlElement(path, first.Value, begun, sgml[(first.Index + first.Length)..tag.Index]));
        }
        return open.TryPop(out var last) ? throw Unended(last.Path, last.Line) : elements;

        UnreadableFileException Unended(string path, long begun) =>
            new(file, begun, null, $"the element <{Name(path)}> that begins here has no end, </{Name(path)}>");

        UnreadableFileException Error(string message) => new(file, line, null, message);
    }

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Shown(string name) => name.Length > 20 ? $"{name[..20]}…" : name;

    [GeneratedRegex("</?(?<name>[A-Za-z]+)[^<>]*>?", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();
}
