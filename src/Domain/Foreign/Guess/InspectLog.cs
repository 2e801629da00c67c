using System.Text.Json;
using PieService.Domain.Files;
using PieService.Domain.Files.Archives;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Guess;

/// <summary>What a log of Inspect states before its samples, and whether the first sample is a multiple-choice
/// question.</summary>
internal static class InspectLog
{
    private const string Eval = "eval", Samples = "samples", Choices = "choices";

    /// <summary>The files of an archive that have the head of the log; the second one while the evaluation runs.
    /// </summary>
    private static readonly string[] Heads = ["header.json", "_journal/start.json"];

    /// <exception cref="UnreadableFileException">The file is damaged.</exception>
    public static FileKind Read(SourceFile file, ReadLimits limits)
    {
        var (head, isOpen) = InspectRecords.IsArchive(file, limits) ? InArchive(file, limits) : InObject(file, limits);
        return new(ForeignFormat.Inspect, isOpen)
        {
            Task = head.Text(Eval, "task"),
            Model = head.Text(Eval, "model"),
            IsRepeated = head.TryGetValue(Eval, out var eval)
                && eval.Find("config", "epochs") is { ValueKind: JsonValueKind.Number } epochs
                && epochs.GetDouble() > 1,
        };
    }

    private static (IReadOnlyDictionary<string, JsonElement> Head, bool IsOpen) InObject(
        SourceFile file, ReadLimits limits)
    {
        using var text = new SourceText(file, TextEncoding.Utf8, limits);
        var facts = JsonFacts.Read(text, file, [Eval, Samples], list: Samples);
        return (facts, !facts.TryGetValue(Samples, out var sample) || sample.Find(Choices).Scalars().Count == 0);
    }

    private static (IReadOnlyDictionary<string, JsonElement> Head, bool IsOpen) InArchive(
        SourceFile file, ReadLimits limits)
    {
        using var zip = new ZipFile(file, limits);
        var names = zip.Names.ToList();
        var head = Heads.FirstOrDefault(names.Contains) is { } name
            ? Facts(name, Eval) : new Dictionary<string, JsonElement>();
        var isOpen = names.Find(name => name.StartsWith($"{Samples}/", StringComparison.Ordinal)) is not { } sample
            || !Facts(sample, Choices).TryGetValue(Choices, out var choices)
            || ((JsonElement?)choices).Scalars().Count == 0;
        return (head, isOpen);

        IReadOnlyDictionary<string, JsonElement> Facts(string name, string member)
        {
            var entry = file with { Name = ArchiveLimits.Name(file, name) };
            using var text = new SourceText(
                entry, TextEncoding.Utf8, limits, new SourceBytes(zip.Open(name), limits.OfFile));
            return JsonFacts.Read(text, entry, [member]);
        }
    }
}
