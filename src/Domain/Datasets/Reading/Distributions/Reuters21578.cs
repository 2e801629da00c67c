using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PieService.Domain.Datasets.Reading.Archives;

namespace PieService.Domain.Datasets.Reading.Distributions;

/// <summary>
/// Reuters-21578, distribution 1.0: a tar archive of SGML files (<c>reut2-000.sgm</c> …), which are no XML, in the ModApte split.
/// A topic is kept if it occurs in both splits, in training in at least as many documents as the definition's
/// minimumDocuments (1 where it says nothing: the usual 90 topics); a document without such a topic is left out.
/// </summary>
internal sealed partial class Reuters21578 : Distribution
{
    private HashSet<string>? kept;

    public override LearningTask Task => LearningTask.MultiLabel;
    public override ColumnMapping Columns { get; } = new() { Text = "TEXT", Labels = "TOPICS", Id = "NEWID" };
    public override TextEncoding Encoding => TextEncoding.Latin1;
    public override bool HasSplitFiles => false;
    public override bool FileHasSplits => true;
    public override bool HasMinimumDocuments => true;

    /// <summary>Once more, to count the topics.</summary>
    public override int Readings => 4;

    public override IEnumerable<SourceRecord> Read(DatasetPart part, SourceFiles files)
    {
        var minimum = files.Definition.MinimumDocuments ?? 1;
        kept ??= Topics(Documents(part, files), minimum);
        if (kept.Count == 0) throw new DatasetContentException(part.Name, null, Columns.Labels, $"no topic occurs in both splits, in training in at least {minimum} documents");
        foreach (var (file, document) in Documents(part, files))
        {
            var topics = document.Topics.Where(kept.Contains).ToList();
            if (document.Split is null) files.Drop("notInSplit");
            else if (topics.Count == 0) files.Drop("noTopic");
            else if (document.Text.Length == 0) files.Drop("noText");
            else
                yield return new SourceRecord(document.Line, document.Text, null, topics, document.Id) { Split = document.Split, File = file };
        }
    }

    private static HashSet<string> Topics(IEnumerable<(string File, Document Document)> documents, int minimum)
    {
        var (train, test) = (new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (file, document) in documents)
        {
            foreach (var topic in document.Topics.Distinct())
            {
                if (document.Split == Split.Test) test.Add(topic);
                if (document.Split == Split.Train) train[topic] = train.GetValueOrDefault(topic) + 1;
                if (train.Count > DatasetRules.MaxLabels || test.Count > DatasetRules.MaxLabels)
                    throw new DatasetContentException(file, document.Line, "TOPICS", $"'{ColumnNames.Printable(topic)}' is one topic more than the {DatasetRules.MaxLabels} labels that a dataset may have");
            }
        }
        return [.. train.Where(topic => topic.Value >= minimum && test.Contains(topic.Key)).Select(topic => topic.Key)];
    }

    private static IEnumerable<(string File, Document Document)> Documents(DatasetPart part, SourceFiles files)
    {
        using var tar = new TarArchive(part, files.Limits);
        var any = false;
        foreach (var entry in tar.Entries())
        {
            if (!SgmlName().IsMatch(entry.Name)) continue;
            var file = ArchiveLimits.Name(part, entry.Name);
            if (!entry.IsFile) throw new DatasetContentException(file, null, null, "is a link or a device, not a file");
            any = true;
            using var source = files.Open(part, file, entry.Content);
            foreach (var document in Documents(source, file, files.Limits)) yield return (file, document);
        }
        if (!any) throw new DatasetContentException(part.Name, null, null, "the archive has no file reut2-000.sgm or the like");
    }

    /// <summary>A document begins and ends in lines of its own; the first line of a file names its DTD.</summary>
    private static IEnumerable<Document> Documents(SourceText source, string file, ReadLimits limits)
    {
        var (sgml, begin) = (new StringBuilder(), 0L);
        foreach (var line in SourceLine.Of(source))
        {
            if (line.Text.StartsWith("<REUTERS", StringComparison.Ordinal))
            {
                if (begin > 0) throw Unended();
                begin = line.Number;
            }
            if (begin == 0) continue;
            sgml.Append(line.Text).Append('\n');
            if (sgml.Length > limits.RecordCharacters)
                throw new DatasetContentException(file, begin, null, $"the document that begins here has more than {limits.RecordCharacters} characters, the most that this service reads (its setting PIE_DATASET_RECORD_KIB)");
            if (!line.Text.EndsWith("</REUTERS>", StringComparison.Ordinal)) continue;
            yield return Document.Of(sgml.ToString(), file, begin);
            (begin, _) = (0, sgml.Clear());
        }
        if (begin > 0) throw Unended();

        DatasetContentException Unended() => new(file, begin, null, "the document that begins here has no end, </REUTERS>");
    }

    [GeneratedRegex("(^|/)reut2-[0-9]{3}\\.sgm\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SgmlName();

    /// <param name="Split">By ModApte; null: in neither.</param>
    private sealed partial record Document(long Line, string Id, Split? Split, IReadOnlyList<string> Topics, string Text)
    {
        public static Document Of(string sgml, string file, long line)
        {
            var tag = sgml[..Math.Max(0, sgml.IndexOf('>', StringComparison.Ordinal))];
            var id = Attribute(tag, "NEWID") ?? throw new DatasetContentException(file, line, "NEWID", "the document has no NEWID");
            Split? split = (Attribute(tag, "TOPICS"), Attribute(tag, "LEWISSPLIT")) switch
            {
                ("YES", "TRAIN") => Datasets.Split.Train,
                ("YES", "TEST") => Datasets.Split.Test,
                _ => null,
            };
            return new Document(line, id, split, [.. Items(Element(sgml, "TOPICS") ?? "")], TextOf(sgml));
        }

        /// <summary>Title and body, a line break between them; of a document without a body its title, of one that was never taken apart all that there is.</summary>
        private static string TextOf(string sgml)
        {
            var text = Element(sgml, "TEXT") ?? "";
            var (title, body) = (Element(text, "TITLE"), Element(text, "BODY"));
            return title is null && body is null
                ? Plain(text)
                : string.Join('\n', new[] { title, body }.Where(part => part is not null).Select(part => Plain(part!)).Where(part => part.Length > 0));
        }

        private static string? Attribute(string tag, string name)
        {
            var mark = $" {name}=\"";
            var begin = tag.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
            var end = begin < mark.Length ? -1 : tag.IndexOf('"', begin);
            return end < 0 ? null : tag[begin..end];
        }

        private static string? Element(string sgml, string name)
        {
            var open = sgml.IndexOf($"<{name}", StringComparison.Ordinal);
            var begin = open < 0 ? -1 : sgml.IndexOf('>', open);
            var end = begin < 0 ? -1 : sgml.IndexOf($"</{name}>", begin, StringComparison.Ordinal);
            return end < 0 ? null : sgml[(begin + 1)..end];
        }

        private static IEnumerable<string> Items(string list)
        {
            for (var begin = list.IndexOf("<D>", StringComparison.Ordinal); begin >= 0; begin = list.IndexOf("<D>", begin, StringComparison.Ordinal))
            {
                var end = list.IndexOf("</D>", begin, StringComparison.Ordinal);
                if (end < 0) yield break;
                yield return Plain(list[(begin + 3)..end]);
                begin = end;
            }
        }

        /// <summary>Entities become their characters, those that steered a teleprinter vanish; an ampersand alone is one.</summary>
        private static string Plain(string sgml) => Entity().Replace(sgml, entity => entity.Value switch
        {
            "&lt;" => "<",
            "&gt;" => ">",
            "&amp;" => "&",
            "&quot;" => "\"",
            _ => int.Parse(entity.ValueSpan[2..^1], CultureInfo.InvariantCulture) is >= ' ' and not 0x7F and <= 0xFF and var code ? $"{(char)code}" : "",
        }).Trim();

        [GeneratedRegex("&(lt|gt|amp|quot|#[0-9]{1,3});", RegexOptions.CultureInvariant)]
        private static partial Regex Entity();
    }
}
