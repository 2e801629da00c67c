using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// The instances of Every Eval Ever (schema 0.3) as JSON lines: an answer is one of the choices of its question;
/// without
/// choices it is right or wrong.
/// </summary>
internal static class EveryEvalEverRecords
{
    public static IEnumerable<ForeignRecord> Of(ForeignSource source)
    {
        if (source.Task == ForeignTask.MultiLabel)
            throw source.Error(null, null, "has one answer for each sample; the task cannot be multiLabel");
        using var text = source.Open();
        foreach (var record in JsonLines.Read(
            text, source.Source, row => source.Errors.Try(() => Record(row, source))))
            if (record is not null) yield return record;
    }

    private static ForeignRecord Record(JsonRow row, ForeignSource source)
    {
        var (input, answer) = (Member(row, row.Json, "input"), Answer(row));
        var isRight = Member(row, Member(row, row.Json, "evaluation"), "is_correct").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw row.Error("evaluation", "'evaluation.is_correct' must be true or false"),
        };
        var choices = Texts(input, "choices");
        var (gold, predicted) = source.Task == ForeignTask.Correctness
            ? (ForeignTasks.Right, isRight ? ForeignTasks.Right : ForeignTasks.Wrong)
            : choices.Count > 0 ? Choices(row, source, choices, Texts(input, "reference"), answer)
            : throw row.Error("input", "has no choices; set dataset.task to correctness");
        if (isRight != (gold == predicted))
            throw row.Error(
                "evaluation",
                isRight ? "is_correct is true, but the answer is not the reference"
                    : "is_correct is false, but the answer is the reference");
        return new ForeignRecord
        {
            File = source.Name,
            Place = new ForeignPlace(row.Line),
            Example = new("sample_id", row.Name("sample_id"), null),
            Run = source.Run,
            Text = Texts(input, "raw").FirstOrDefault(),
            Gold = [gold],
            Answer = predicted is null ? null : [predicted],
            AnswerText = source.Task == ForeignTask.Correctness ? answer : null,
            NumberedLabels = source.Task == ForeignTask.Correctness ? 0 : choices.Count,
            Hash = row.Json.TryGetProperty("sample_hash", out var hash) && hash.ValueKind == JsonValueKind.String
                ? hash.GetString() : null,
            MetricAgrees = true,
        };
    }

    /// <summary>An answer that is not one of the choices counts as missing.</summary>
    private static (string Gold, string? Predicted) Choices(
        JsonRow row, ForeignSource source, List<string> choices, List<string> references, string? answer)
    {
        var gold = references.Select(reference => choices.IndexOf(reference)).FirstOrDefault(index => index >= 0, -1);
        if (gold < 0) throw row.Error("input", "has a reference that is not one of its choices");
        var predicted = answer is null ? -1 : choices.IndexOf(answer);
        return (Label(gold), predicted < 0 ? null : Label(predicted));

        string Label(int index) => source.LabelAt(index, message => row.Error("input", message));
    }

    /// <summary>The value that was taken from the last turn; null if none was.</summary>
    private static string? Answer(JsonRow row)
    {
        if (!row.Json.TryGetProperty("answer_attribution", out var all) || all.ValueKind != JsonValueKind.Array)
            throw row.Error("answer_attribution", "'answer_attribution' must be a list");
        foreach (var attribution in all.EnumerateArray())
            if (attribution.ValueKind == JsonValueKind.Object
                && attribution.TryGetProperty("is_terminal", out var last) && last.ValueKind == JsonValueKind.True
                && attribution.TryGetProperty("extracted_value", out var value))
                return value.ValueKind is JsonValueKind.Null || NotFinite.Is(value) ? null : value.ToString();
        return null;
    }

    private static JsonElement Member(JsonRow row, JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value)
            ? value : throw row.Error(name, $"has no '{name}'");

    /// <summary>A text, or the texts of a list; none if there is no such member.</summary>
    private static List<string> Texts(JsonElement of, string name) =>
        of.ValueKind != JsonValueKind.Object || !of.TryGetProperty(name, out var value) ? []
        : value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Select(item => item.ToString())],
            _ => [],
        };
}
