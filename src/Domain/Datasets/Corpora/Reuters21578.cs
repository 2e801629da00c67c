using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;
using PieService.Domain.Files.Archives;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>
/// Reuters-21578, distribution 1.0: a tar archive of SGML files (<c>reut2-000.sgm</c> …), which are not XML, in the
/// ModApte split. A topic is kept if it occurs in both splits, and in training in at least minimumDocuments documents
/// (a field of the definition; the default 1 gives the usual 90 topics). A document without a kept topic is omitted.
/// </summary>
internal sealed partial class Reuters21578 : Corpus
{
    private HashSet<string>? kept;

    public override LearningTask Task => LearningTask.MultiLabel;
    public override ColumnMapping Columns { get; } = new() { Text = "TEXT", Labels = "TOPICS", Id = "NEWID" };
    public override TextEncoding Encoding => TextEncoding.Latin1;
    public override bool HasSplitFiles => false;
    public override bool FileHasSplits => true;
    public override bool HasMinimumDocuments => true;

    /// <summary>Four: one reading more than for other formats, to count the topics.</summary>
    public override int Readings => 4;

    public override IEnumerable<SourceRecord> Read(DatasetPart part, DatasetFiles files)
    {
        var minimum = files.Definition.MinimumDocuments ?? 1;
        kept ??= Topics(Documents(part, files), minimum);
        if (kept.Count == 0)
            throw new UnreadableFileException(
                part.Name, null, Columns.ForLabels,
                $"no topic occurs in both splits and in at least {minimum} training documents");
        foreach (var (file, document) in Documents(part, files))
        {
            var topics = document.Topics.Where(kept.Contains).ToList();
            if (document.Split is null) files.Drop("notInSplit");
            else if (topics.Count == 0) files.Drop("noTopic");
            else if (document.Text.Length == 0) files.Drop("noText");
            else
                yield return new SourceRecord(document.Line, document.Text, null, topics, document.Id)
                {
                    Split = document.Split,
                    File = file,
                };
        }
    }

    private static HashSet<string> Topics(IEnumerable<(string File, Document Document)> documents, int minimum)
    {
        var (train, test) =
            (new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (file, document) in documents)
        {
            foreach (var topic in document.Topics.Distinct())
            {
                if (document.Split == Split.Test) test.Add(topic);
                if (document.Split == Split.Train) train[topic] = train.GetValueOrDefault(topic) + 1;
                if (train.Count > DatasetLimits.MaxLabels || test.Count > DatasetLimits.MaxLabels)
                    throw new UnreadableFileException(
                        file, document.Line, "TOPICS",
                        $"'{ColumnNames.Printable(topic)}' exceeds the {DatasetLimits.MaxLabels} labels " +
                        "that a dataset may have");
            }
        }
        return [.. train.Where(topic => topic.Value >= minimum && test.Contains(topic.Key)).Select(topic => topic.Key)];
    }

    private static IEnumerable<(string File, Document Document)> Documents(DatasetPart part, DatasetFiles files)
    {
        using var tar = new TarArchive(part, files.Limits);
        var any = false;
        foreach (var entry in tar.Entries())
        {
            if (!SgmlName().IsMatch(entry.Name)) continue;
            var file = ArchiveLimits.Name(part, entry.Name);
            if (!entry.IsFile) throw new UnreadableFileException(file, null, null, "is a link or a device, not a file");
            any = true;
            using var source = files.Open(part, file, entry.Content);
            foreach (var document in Documents(source, file, files.Limits)) yield return (file, document);
        }
        if (!any)
            throw new UnreadableFileException(
                part.Name, null, null, "the archive has no file with a name like reut2-000.sgm");
    }

    /// <summary>
    /// The tags that begin and end a document have lines of their own; the first line of a file names its DTD.
    /// </summary>
    private static IEnumerable<Document> Documents(SourceText source, string file, ReadLimits limits)
    {
        var (sgml, begin, any) = (new StringBuilder(), 0L, false);
        foreach (var line in SourceLine.Of(source))
        {
            if (Begin().IsMatch(line.Text))
            {
                if (begin > 0) throw Unended();
                (begin, any) = (line.Number, true);
            }
            if (begin == 0)
            {
                if (string.IsNullOrWhiteSpace(line.Text) || line.Text.StartsWith("<!DOCTYPE", StringComparison.Ordinal))
                    continue;
                throw new UnreadableFileException(
                    file, line.Number, null,
                    "is not in a document, which begins with <REUTERS at the begin of a line and ends with " +
                    "</REUTERS> at the end of one");
            }
            sgml.Append(line.Text).Append('\n');
            if (sgml.Length > limits.RecordCharacters)
                throw new UnreadableFileException(
                    file, begin, null,
                    $"the document that begins here has more than {limits.RecordCharacters} characters, the most " +
                    "that this service reads (its setting PIE_DATASET_RECORD_KIB)");
            if (!line.Text.AsSpan().TrimEnd().EndsWith("</REUTERS>")) continue;
            yield return Document.Of(sgml.ToString(), file, begin);
            (begin, _) = (0, sgml.Clear());
        }
        if (begin > 0) throw Unended();
        if (!any) throw new UnreadableFileException(file, null, null, "has no document, which begins with <REUTERS");

        UnreadableFileException Unended() =>
            new(file, begin, null, "the document that begins here has no end, </REUTERS>");
    }

    [GeneratedRegex("^<REUTERS([ >]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Begin();

    [GeneratedRegex("(^|/)reut2-[0-9]{3}\\.sgm\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SgmlName();

    /// <param name="Split">The split by ModApte; null if the document is in neither split.</param>
    private sealed partial record Document(
        long Line, string Id, Split? Split, IReadOnlyList<string> Topics, string Text)
    {
        /// <summary>All elements that occur in the published files.</summary>
        private static readonly HashSet<string> Paths =
        [
            "REUTERS",
            .. from name in new[] { "DATE", "MKNOTE", "UNKNOWN", "TEXT", "TEXT/AUTHOR", "TEXT/TITLE", "TEXT/DATELINE",
                "TEXT/BODY" } select $"REUTERS/{name}",
            .. from list in new[] { "TOPICS", "PLACES", "PEOPLE", "ORGS", "EXCHANGES", "COMPANIES" }
               from path in new[] { list, $"{list}/D" } select $"REUTERS/{path}",
        ];

        public static Document Of(string sgml, string file, long line)
        {
            var elements = SgmlElement.Of(sgml, Paths, file, line).ToLookup(element => element.Path);
            var tag = elements["REUTERS"].Single().Tag;
            var id = Attribute("NEWID");
            Split? split = (
                Attribute("TOPICS", "YES", "NO", "BYPASS"), Attribute("LEWISSPLIT", "TRAIN", "TEST", "NOT-USED")) switch
            {
                ("YES", "TRAIN") => Datasets.Split.Train,
                ("YES", "TEST") => Datasets.Split.Test,
                _ => null,
            };
            if (Only("TOPICS") is null || Only("TEXT") is not { } text)
                throw Error(null, "the document has no element <TOPICS> or no <TEXT>");
            var topics = elements["REUTERS/TOPICS/D"].Select(topic => Plain(topic.Content));
            return new Document(line, id, split, [.. topics], TextOf(text, Only("TEXT/TITLE"), Only("TEXT/BODY")));

            string Attribute(string name, params string[] values)
            {
                var value = Value(tag, name) ?? throw Error(name, $"the document has no {name}");
                return values is [] || values.Contains(value)
                    ? value : throw Error(name, $"the document has another {name} than {string.Join(", ", values)}");
            }

            string? Only(string path)
            {
                var found = elements[$"REUTERS/{path}"].ToList();
                return found.Count < 2 ? found.FirstOrDefault()?.Content : throw new UnreadableFileException(
                    file, found[1].Line, null, $"the document has more than one {path}");
            }

            UnreadableFileException Error(string? attribute, string message) => new(file, line, attribute, message);
        }

        /// <summary>
        /// Title and body with a line break between them; the title alone if there is no body; the complete content if
        /// the document was never divided into fields.
        /// </summary>
        private static string TextOf(string text, string? title, string? body) => title is null && body is null
            ? Plain(text)
            : string.Join(
                '\n',
                new[] { title, body }.Where(part => part is not null).Select(part => Plain(part!))
                    .Where(part => part.Length > 0));

        private static string? Value(string tag, string attribute)
        {
            var mark = $" {attribute}=\"";
            var begin = tag.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
            var end = begin < mark.Length ? -1 : tag.IndexOf('"', begin);
            return end < 0 ? null : tag[begin..end];
        }

        /// <summary>
        /// Entities are decoded, control codes for teleprinters are removed, and a bare ampersand is kept.
        /// </summary>
        private static string Plain(string sgml) => Entity().Replace(sgml, entity => entity.Value switch
        {
            "&lt;" => "<",
            "&gt;" => ">",
            "&amp;" => "&",
            "&quot;" => "\"",
            _ => int.Parse(entity.ValueSpan[2..^1], CultureInfo.InvariantCulture) is >= ' ' and not 0x7F and <= 0xFF
                and var code ? $"{(char)code}" : "",
        }).Trim();

        [GeneratedRegex("&(lt|gt|amp|quot|#[0-9]{1,3});", RegexOptions.CultureInvariant)]
        private static partial Regex Entity();
    }
}
