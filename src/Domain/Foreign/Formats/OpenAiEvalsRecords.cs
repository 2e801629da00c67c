using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// The events of OpenAI evals as JSON lines. An event <c>match</c> has an answer; the prompt is in the event
/// <c>sampling</c> before it.
/// </summary>
internal static class OpenAiEvalsRecords
{
    public static IEnumerable<ForeignRecord> Of(ForeignSource source)
    {
        using var text = source.Open();
        var last = new LastPrompt();
        foreach (var record in JsonLines.Read(
            text, source.Source, row => source.Errors.Try(() => Record(row, source, last))))
            if (record is not null) yield return record;
    }

    private static ForeignRecord? Record(JsonRow row, ForeignSource source, LastPrompt last)
    {
        var type = row.Json.Find("type").Scalar();
        if (type == "sampling")
            (last.Sample, last.Text) = (
                row.Required("sample_id"), row.Json.Find("data", "prompt").LastText("content"));
        if (type != "match") return null;
        var id = row.Required("sample_id");
        var isRight = row.Json.Find("data", "correct")?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw row.Error("data", "'data.correct' must be true or false"),
        };
        var expected = row.Json.Find("data", "expected").Scalars();
        var picked = row.Json.Find("data", "picked").Scalars().FirstOrDefault();
        if (source.Task == ForeignTask.SingleLabel && expected.Count != 1)
            throw row.Error("data", $"has {expected.Count} expected answers; set dataset.task to correctness");
        if (source.Task == ForeignTask.SingleLabel && isRight != (picked == expected[0]))
            throw row.Error(
                "data", $"correct is {(isRight ? "true" : "false")}, unlike the comparison of picked and expected");
        var isJudged = source.Task == ForeignTask.Correctness;
        return new ForeignRecord
        {
            File = source.Name,
            Place = new ForeignPlace(row.Line),
            Example = new("sample_id", id, null),
            Run = source.Run,
            Text = last.Sample == id ? last.Text : null,
            Gold = isJudged ? [ForeignTasks.Right] : [expected[0]],
            Answer = isJudged ? [isRight ? ForeignTasks.Right : ForeignTasks.Wrong] : picked is null ? null : [picked],
            AnswerText = isJudged ? picked : null,
            MetricAgrees = true,
        };
    }

    private sealed class LastPrompt
    {
        public string? Sample { get; set; }

        public string? Text { get; set; }
    }
}
