using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// The predictions of OpenCompass: a JSON object with a member for each example, or JSON lines with <c>idx</c>.
/// </summary>
internal static class OpenCompassRecords
{
    public static IEnumerable<ForeignRecord> Of(ForeignSource source) =>
        IsLines(source) ? OfLines(source) : OfMembers(source);

    /// <summary>The first name in the other form is the number of an example.</summary>
    private static bool IsLines(ForeignSource source)
    {
        using var text = source.Open();
        if (text.IsFirstVisible('[')) return true;
        var first = JsonMembers.Read(text, source.Source, _ => JsonMemberReading.Whole).FirstOrDefault();
        return first.Name?.All(char.IsAsciiDigit) is false;
    }

    private static IEnumerable<ForeignRecord> OfLines(ForeignSource source)
    {
        using var text = source.Open();
        foreach (var record in JsonLines.Read(
            text, source.Source, row => source.Errors.Try(() => Record(row, row.Required("idx"), source))))
            if (record is not null) yield return record;
    }

    private static IEnumerable<ForeignRecord> OfMembers(ForeignSource source)
    {
        using var text = source.Open();
        foreach (var member in JsonMembers.Read(text, source.Source, _ => JsonMemberReading.Whole))
            if (source.Errors.Try(() => JsonLines.Read(
                member.Value, source.Source, row => Record(row, member.Name, source))) is { } record)
                yield return record;
    }

    private static ForeignRecord Record(JsonRow row, string id, ForeignSource source)
    {
        var (gold, answer) = (row.Required("gold"), row.Json.Find("prediction").Scalars().FirstOrDefault());
        var isJudged = source.Task == ForeignTask.Correctness;
        if (answer is "") answer = null;
        return new ForeignRecord
        {
            File = source.Name,
            Place = new ForeignPlace(row.Line),
            Example = new("idx", id, null),
            Run = source.Run,
            Text = row.Json.Find("origin_prompt").LastText("prompt"),
            Gold = isJudged ? [ForeignTasks.Right] : [gold],
            Answer = answer is null ? null
                : isJudged ? [answer == gold ? ForeignTasks.Right : ForeignTasks.Wrong] : [answer],
            AnswerText = isJudged ? answer : null,
        };
    }
}
