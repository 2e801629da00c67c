using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>One document of lm-evaluation-harness under one filter: a multiple-choice question, or an open one.
/// </summary>
internal static class LmEvalDocument
{
    private const string DefaultMetric = "exact_match";

    public static ForeignRecord Record(JsonRow row, ForeignSource source)
    {
        var answers = row.Value("filtered_resps");
        if (answers.ValueKind != JsonValueKind.Array || answers.GetArrayLength() == 0)
            throw row.Error("filtered_resps", "must be a list with an answer");
        return source.Task == ForeignTask.Correctness
            ? Judged(row, source, answers) : Chosen(row, source, answers);
    }

    private static ForeignRecord Chosen(JsonRow row, ForeignSource source, JsonElement answers)
    {
        if (answers[0].ValueKind != JsonValueKind.Array)
            throw row.Error(
                "filtered_resps", "is an open answer, not a log-likelihood for each choice; set dataset.task to "
                    + "correctness");
        var question = LmEvalChoices.Read(row, answers);
        var by = source.File.PredictBy ?? PredictBy.Likelihood;
        var predicted = question.Predicted(by);
        var metric = Metric(row, Wire.Name(by));
        var gold = question.Gold(row, predicted, metric is null ? null : metric >= 1);
        if (metric is { } value && value >= 1 != (predicted == gold))
            throw row.Error(
                Wire.Name(by),
                $"{Wire.Name(by)} is {value}, but the answer, choice {predicted}, is "
                    + (predicted == gold ? "the target" : $"not the target, choice {gold}"));
        return new ForeignRecord
        {
            File = source.Name,
            Place = new ForeignPlace(row.Line),
            Example = KeyOf(row),
            Run = source.Run,
            Text = Text(row, source, question.Context),
            Gold = [source.LabelAt(gold, Error)],
            Answer = [source.LabelAt(predicted, Error)],
            Scores = new ForeignScores(
                ScoreKind.LogLikelihoods,
                [.. question.LogLikelihoods.Index().Select(choice => source.LabelAt(choice.Index, Error))],
                question.LogLikelihoods),
            NumberedLabels = question.LogLikelihoods.Length,
            Hash = Hash(row),
            MetricAgrees = metric is not null,
        };

        UnreadableFileException Error(string message) => row.Error("filtered_resps", message);
    }

    private static ForeignRecord Judged(JsonRow row, ForeignSource source, JsonElement answers)
    {
        var name = source.File.Metric ?? DefaultMetric;
        var value = Metric(row, name) ?? throw row.Error(
            name, $"has no metric '{name}'; set 'metric' of its entry in files to one of the row");
        return new ForeignRecord
        {
            File = source.Name,
            Place = new ForeignPlace(row.Line),
            Example = KeyOf(row),
            Run = source.Run,
            Text = Text(row, source, LmEvalChoices.Argument(row, 0, 0)),
            Gold = [ForeignTasks.Right],
            Answer = [value >= (source.File.CorrectAt ?? 1) ? ForeignTasks.Right : ForeignTasks.Wrong],
            AnswerText = answers[0] is { ValueKind: JsonValueKind.String } text
                ? text.GetString() : NotFinite.Name(answers[0]) ?? answers[0].GetRawText(),
            Hash = Hash(row),
            MetricAgrees = true,
        };
    }

    private static ExampleKey KeyOf(JsonRow row) => new("doc_id", row.Name("doc_id"), null);

    private static string? Hash(JsonRow row) =>
        row.Json.TryGetProperty("doc_hash", out _) ? row.Text("doc_hash") : null;

    private static string? Text(JsonRow row, ForeignSource source, string? context)
    {
        if (source.File.TextPath is not { } path) return context;
        var value = row.Json;
        foreach (var name in path.Split('.'))
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                throw row.Error(path, $"has no property '{path}', the textPath");
        return value.ValueKind == JsonValueKind.String
            ? value.GetString() : throw row.Error(path, $"'{path}', the textPath, must be a string");
    }

    /// <summary>A metric of the row, a number, a truth value (1 or 0) or, in some versions, a number as text; null if
    /// there is none.</summary>
    private static double? Metric(JsonRow row, string name)
    {
        if (row.Json.Find(name) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.ValueKind == JsonValueKind.True ? 1 : 0;
        try
        {
            var metric = ForeignCell.Number(ForeignCell.Of(value).Text);
            return double.IsFinite(metric) ? metric
                : throw new FormatException($"has the metric {metric}, which is not a finite number");
        }
        catch (FormatException malformed)
        {
            throw row.Error(name, malformed.Message);
        }
    }
}
