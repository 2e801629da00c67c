using System.Text.RegularExpressions;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>An element of SGML all of whose elements begin and end with a tag, as those of Reuters-21578 do.</summary>
/// <param name="Path">Its name behind those that it is in: <c>REUTERS/TOPICS/D</c>.</param>
/// <param name="Tag">That it begins with.</param>
/// <param name="Line">On which it begins.</param>
internal sealed partial record SgmlElement(string Path, string Tag, long Line, string Content)
{
    /// <summary>Its elements in the order of their ends.</summary>
    /// <param name="sgml">One element, and perhaps blanks behind it.</param>
    /// <param name="paths">All that elements may have.</param>
    /// <param name="file">For messages.</param>
    /// <param name="line">On which it begins.</param>
    /// <exception cref="UnreadableFileException">
    /// An element has another path, no end or no begin, or is not in the first one.
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
            if (elements.Count > 0 && open.Count == 0) throw Error("something follows the end of the document in its line");
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
            if (!open.Any(element => Name(element.Path) == name)) throw Error($"</{Shown(name)}> ends an element that does not begin");
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
