using System.Text;
using System.Text.RegularExpressions;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;
using PieService.Domain.Files.Archives;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>
/// The Large Movie Review Dataset (Maas et al., 2011): a tar archive with a review in each file
/// <c>aclImdb/{train,test}/{pos,neg}/ID_RATING.txt</c>. Reviews without a label (<c>train/unsup</c>) are omitted.
/// </summary>
internal sealed partial class Imdb : Corpus
{
    /// <summary>The largest number of bytes in UTF-8 per char.</summary>
    private const int BytesOfChar = 3;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    public override LearningTask Task => LearningTask.SingleLabel;
    public override ColumnMapping Columns { get; } = new() { Text = "review", Label = "folder", Id = "name" };
    public override IReadOnlyList<string> Labels { get; } = ["neg", "pos"];
    public override bool HasSplitFiles => false;
    public override bool FileHasSplits => true;

    public override IEnumerable<SourceRecord> Read(DatasetPart part, DatasetFiles files)
    {
        using var tar = new TarArchive(part, files.Limits);
        var (folder, others) = ((string?)null, new List<string>());
        foreach (var entry in tar.Entries())
        {
            if (ReviewName().Match(entry.Name) is not { Success: true } name)
            {
                if (others.Count <= ColumnNames.Shown) others.Add(entry.Name);
                continue;
            }
            var file = ArchiveLimits.Name(part, entry.Name);
            if ((folder ??= name.Groups["folder"].Value) != name.Groups["folder"].Value)
                throw new UnreadableFileException(
                    file, null, null,
                    "is a review in another folder than those before it, which are in " +
                    $"'{ColumnNames.Printable(folder)}'; is the dataset in the archive twice? Pack one folder with " +
                    "train and test");
            if (!entry.IsFile) throw new UnreadableFileException(file, null, null, "is a link or a device, not a file");
            if (name.Groups["label"].Value == "unsup")
            {
                files.Drop("noLabel");
                continue;
            }
            yield return new SourceRecord(
                1, Text(entry, file, files.Limits), null, [name.Groups["label"].Value], name.Groups["id"].Value)
            {
                Split = Wire.Parse<Split>(name.Groups["split"].Value),
                File = file,
            };
        }
        if (folder is null)
            throw new UnreadableFileException(
                part.Name, null, null,
                "the archive has no review, which is a file such as aclImdb/train/pos/0_9.txt or " +
                $"aclImdb/test/neg/1_2.txt, with its number and rating; it has {ColumnNames.Listed(others)}");
    }

    private static string Text(ArchiveEntry entry, string file, ReadLimits limits)
    {
        if (entry.Size > (long)limits.RecordCharacters * BytesOfChar) throw TooLong();
        var bytes = new byte[entry.Size];
        entry.Content.ReadExactly(bytes);
        try
        {
            var text = Strict.GetString(bytes.AsSpan(bytes.AsSpan().StartsWith(Mark) ? Mark.Length : 0));
            return text.Length <= limits.RecordCharacters ? text : throw TooLong();
        }
        catch (DecoderFallbackException bad)
        {
            throw new UnreadableFileException(
                file, 1 + bytes.AsSpan(0, bad.Index).Count((byte)'\n'), null,
                $"has a byte that is not UTF-8 (0x{bad.BytesUnknown![0]:X2})");
        }

        UnreadableFileException TooLong() => new(
            file, 1, null,
            $"has more than {limits.RecordCharacters} characters, the most that this service reads (its setting " +
            "PIE_DATASET_RECORD_KIB)");
    }

    [GeneratedRegex(
        "^(?<folder>(\\./)?((?!\\.\\.?/)[^/]+/)*)" +
        "(?<id>(?<split>train|test)/(?<label>pos|neg|unsup)/[0-9]{1,9}_[0-9]{1,2})\\.txt\\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex ReviewName();
}
