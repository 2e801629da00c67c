using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;
using PieService.Domain.Files.Archives;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>
/// Stanford Natural Language Inference (Bowman et al., 2015): the published zip archive, or its files, as JSON lines or
/// tab-separated with a header. Pairs on which the annotators did not agree have the gold label <c>-</c> and are
/// omitted.
/// </summary>
internal sealed class Snli : Corpus
{
    private static readonly (string Name, Split Split)[] SplitNames = [("train", Split.Train),
        ("dev", Split.Validation), ("test", Split.Test)];

    public override LearningTask Task => LearningTask.SingleLabel;
    public override ColumnMapping Columns { get; } = new()
    {
        Text = "sentence1",
        SecondText = "sentence2",
        Label = "gold_label",
        Id = "pairID",
    };
    public override IReadOnlyList<string> Labels { get; } = ["entailment", "neutral", "contradiction"];
    public override bool FileHasSplits => true;
    public override bool FileHasValidation => true;

    public override IEnumerable<SourceRecord> Read(DatasetPart part, DatasetFiles files) =>
        from record in part.Split is null ? OfArchive(part, files) : OfFile(part, files)
        where IsAgreed(record, files)
        select record;

    private static bool IsAgreed(SourceRecord record, DatasetFiles files)
    {
        if (record.Labels is not ["-"]) return true;
        files.Drop("noGoldLabel");
        return false;
    }

    private static IEnumerable<SourceRecord> OfFile(DatasetPart part, DatasetFiles files)
    {
        using var source = files.Open(part);
        foreach (var record in Records(source, part, files, IsJson(part, files))) yield return record;
    }

    /// <summary>
    /// Detects the form by the first line that is not blank, since JSON lines may begin with blank lines.
    /// </summary>
    private static bool IsJson(DatasetPart part, DatasetFiles files)
    {
        using var look = files.Open(part);
        return SourceLine.Of(look).Select(line => line.Text.TrimStart())
            .FirstOrDefault(text => text.Length > 0) is ['{' or '[', ..];
    }

    private static IEnumerable<SourceRecord> OfArchive(DatasetPart part, DatasetFiles files)
    {
        using var zip = new ZipFile(part, files.Limits);
        // The metadata that macOS adds to an archive for each file has a similar name.
        var found = zip.Names.Where(entry => !entry.StartsWith("__MACOSX/", StringComparison.Ordinal))
            .ToLookup(FileName);
        foreach (var (name, split) in SplitNames)
        {
            var isJson = found.Contains($"snli_1.0_{name}.jsonl");
            var wanted = $"snli_1.0_{name}.{(isJson ? "jsonl" : "txt")}";
            if (found[wanted].ToList() is not [var only])
                throw new UnreadableFileException(
                    part.Name, null, null,
                    $"the zip archive must have one file snli_1.0_{name}.jsonl or snli_1.0_{name}.txt; it has " +
                    $"{found[wanted].Count()}");
            var file = ArchiveLimits.Name(part, only);
            using var source = files.Open(part, file, zip.Open(only));
            foreach (var record in Records(source, part with { Name = file }, files, isJson))
                yield return record with { Split = split, File = file };
        }
    }

    private static string FileName(string entry) => entry[(entry.LastIndexOf('/') + 1)..];

    private static IEnumerable<SourceRecord> Records(
        SourceText source, DatasetPart file, DatasetFiles files, bool isJson) => isJson
        ? JsonRecords.Of(source, file, files)
        : TableRecords.Of(TsvRows.Read(source), file, files, TableForm.Tsv);
}
