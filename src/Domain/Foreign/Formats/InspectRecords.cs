using System.Text.Json;
using PieService.Domain.Files;
using PieService.Domain.Files.Archives;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// A log of Inspect, a JSON object (.json) or a zip archive with a file for each sample (.eval). An epoch is a run,
/// whose seed is the number of the epoch.
/// </summary>
internal static class InspectRecords
{
    private const string Samples = "samples";

    /// <summary>The files of an archive; a log without samples has the others.</summary>
    private static readonly string[] Parts = [$"{Samples}/", "header.json", "_journal/"];

    public static IEnumerable<ForeignRecord> Of(ForeignSource source)
    {
        if (source.Task == ForeignTask.MultiLabel)
            throw source.Error(null, null, "has one answer for each sample; the task cannot be multiLabel");
        var reader = new Reader(source);
        return (IsArchive(source.Source, source.Limits) ? InArchive(source, reader) : InObject(source, reader))
            .OfType<ForeignRecord>();
    }

    /// <summary>Whether a log is an archive of samples, whatever its name is; a zip archive may also have the JSON
    /// object.</summary>
    /// <exception cref="UnreadableFileException">The file is a damaged zip archive.</exception>
    public static bool IsArchive(SourceFile log, ReadLimits limits)
    {
        using (var file = log.Open())
        {
            Span<byte> head = stackalloc byte[4];
            if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length
                || !head.SequenceEqual("PK\x03\x04"u8)) return false;
        }
        using var zip = new ZipFile(log with { Meter = null }, limits);
        return zip.Names.Any(name => Parts.Any(part => name.StartsWith(part, StringComparison.Ordinal)));
    }

    private static IEnumerable<ForeignRecord?> InObject(ForeignSource source, Reader reader)
    {
        using var text = source.Open();
        foreach (var member in JsonMembers.Read(
            text, source.Source, name => name == Samples ? JsonMemberReading.Elements : JsonMemberReading.Skip))
            yield return source.Errors.Try(() => JsonLines.Read(member.Value, source.Source, reader.Record));
    }

    private static IEnumerable<ForeignRecord?> InArchive(ForeignSource source, Reader reader)
    {
        using var zip = new ZipFile(source.Source, source.Limits);
        foreach (var name in zip.Names.Where(name => name.StartsWith($"{Samples}/", StringComparison.Ordinal)))
        {
            var file = source.Source with { Name = ArchiveLimits.Name(source.Source, name) };
            using var text = new SourceText(
                file, TextEncoding.Utf8, source.Limits, new SourceBytes(zip.Open(name), source.Limits.OfFile));
            var sample = new JsonText(1, 1, text.ReadToEnd());
            yield return source.Errors.Try(() => JsonLines.Read(sample, file, reader.Record));
        }
    }

    /// <param name="source">Its metric is the name of a scorer.</param>
    private sealed class Reader(ForeignSource source)
    {
        public ForeignRecord Record(JsonRow row)
        {
            var score = Score(row);
            var value = Value(row, score.Find("value"));
            var answer = score.Find("answer").Scalar();
            var choices = row.Json.Find("choices").Scalars();
            var isJudged = source.Task == ForeignTask.Correctness;
            if (!isJudged && choices.Count == 0)
                throw row.Error("choices", "has no choices; set dataset.task to correctness");
            var isRight = value >= (source.File.CorrectAt ?? 1);
            var (gold, predicted) = isJudged
                ? (ForeignTasks.Right, isRight ? ForeignTasks.Right : ForeignTasks.Wrong)
                : Chosen(row, choices, answer);
            if (isRight != (gold == predicted))
                throw row.Error(
                    "scores", $"the score is {value}, but the answer is {(gold == predicted ? "" : "not ")}the target");
            return new ForeignRecord
            {
                File = row.File.Name,
                Place = new ForeignPlace(row.Line),
                Example = new("id", row.Required("id"), null),
                Run = source.Run with { Seed = row.Whole("epoch", source.File.Seed) },
                Text = row.Json.Find("input").LastText("content"),
                Gold = [gold],
                Answer = predicted is null ? null : [predicted],
                AnswerText = isJudged ? answer : null,
                NumberedLabels = isJudged ? 0 : choices.Count,
                MetricAgrees = true,
            };
        }

        private JsonElement Score(JsonRow row)
        {
            var scores = row.Json.Find("scores") is { ValueKind: JsonValueKind.Object } all
                ? all.EnumerateObject().ToList() : [];
            var name = source.File.Metric ?? (scores.Count == 1 ? scores[0].Name : null);
            var found = scores.FindIndex(score => score.Name == name);
            return found >= 0 ? scores[found].Value : throw row.Error(
                "scores",
                $"has the scores {ColumnNames.Listed(scores.Select(score => score.Name))}; name one with 'metric'");
        }

        /// <summary>C is right, P half right, I wrong and N without an answer.</summary>
        private static double Value(JsonRow row, JsonElement? value) => value switch
        {
            { ValueKind: JsonValueKind.True } => 1,
            { ValueKind: JsonValueKind.False } => 0,
            { ValueKind: JsonValueKind.Number } number when !NotFinite.Is(number) => number.GetDouble(),
            _ => value.Scalar() switch
            {
                "C" => 1,
                "P" => 0.5,
                "I" or "N" => 0,
                _ => throw row.Error(
                    "scores",
                    "has a score that is neither C, P, I, N, a finite number nor a truth value; score the sample "
                        + "again, or leave it out of all files"),
            },
        };

        private (string Gold, string? Predicted) Chosen(JsonRow row, List<string> choices, string? answer)
        {
            var targets = row.Json.Find("target").Scalars();
            var gold = targets.Count == 1 ? ToolJson.Letter(targets[0], choices.Count) : -1;
            if (gold < 0) throw row.Error("target", "must be the letter of one of the choices");
            var predicted = ToolJson.Letter(answer, choices.Count);
            return (Label(gold), predicted < 0 ? null : Label(predicted));

            string Label(int index) => source.LabelAt(index, message => row.Error("choices", message));
        }
    }
}
