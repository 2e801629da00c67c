using System.Globalization;
using System.Text;
using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>A multiple-choice question of lm-evaluation-harness with the log-likelihood of each choice.</summary>
/// <param name="Context">The text before the choices; null if the row has none.</param>
/// <param name="Choices">The texts of the choices, without the blank before them; null if the row has none.</param>
/// <param name="LogLikelihoods">One for each choice, in nats.</param>
internal sealed record LmEvalChoices(string? Context, IReadOnlyList<string?> Choices, double[] LogLikelihoods)
{
    public static LmEvalChoices Read(JsonRow row, JsonElement answers)
    {
        var all = answers.EnumerateArray().Select(answer => LogLikelihood(row, answer)).ToArray();
        // acc_mutual_info needs the likelihood of each choice alone, too; these follow.
        if (row.Json.TryGetProperty("acc_mutual_info", out _)) all = all[..(all.Length / 2)];
        return new(Argument(row, 0, 0), [.. all.Index().Select(choice => Choice(row, choice.Index))], all);
    }

    /// <summary>The choice with the highest score, the first of several.</summary>
    public int Predicted(PredictBy by)
    {
        var scores = LogLikelihoods.Select((value, i) => by switch
        {
            PredictBy.Likelihood => value,
            // Python counts code points.
            PredictBy.PerCharacter => value / (Choices[i]?.EnumerateRunes().Count() ?? double.NaN),
            PredictBy.PerByte => value / (Choices[i] is { } choice ? Encoding.UTF8.GetByteCount(choice) : double.NaN),
        }).ToList();
        var best = 0;
        for (var i = 1; i < scores.Count; i++)
            if (scores[i] > scores[best]) best = i;
        return best;
    }

    /// <summary>The choice that is the target: the row has its index or its text.</summary>
    /// <param name="isRight">What the metric of the row says of the prediction: it decides if the target is the index
    /// of one choice and the text of another, or if the texts are the same (winogrande has the choices in the
    /// contexts).</param>
    public int Gold(JsonRow row, int predicted, bool? isRight)
    {
        var target = row.Value("target") is { ValueKind: JsonValueKind.String } text
            ? text.GetString()! : row.Value("target").GetRawText();
        var index = int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < LogLikelihoods.Length ? number : -1;
        var choice = Choices.ToList().FindIndex(other => other == target || other?.Trim() == target.Trim());
        if (index >= 0 && choice >= 0 && index != choice && isRight is { } right)
            return (index == predicted) == right ? index : choice;
        if (index < 0 && choice >= 0 && Choices.Count > 1 && Choices.Distinct().Count() == 1)
            return (Choices.Count, isRight) is (2, { } agrees) ? agrees ? predicted : 1 - predicted
                : throw row.Error(
                    "target",
                    "has the text of all choices; only of two choices with a metric it follows which one is meant. "
                        + "Set dataset.task to correctness");
        return index >= 0 ? index : choice >= 0 ? choice : throw row.Error(
            "target",
            $"has the target '{ForeignCell.Shown(target)}', which is neither the index nor the text of one of its "
                + $"{LogLikelihoods.Length} choices");
    }

    /// <summary>An argument of a request: of version 0.4.3 and later by name, else in a list.</summary>
    public static string? Argument(JsonRow row, int request, int argument)
    {
        if (!row.Json.TryGetProperty("arguments", out var arguments)) return null;
        var found = arguments.ValueKind switch
        {
            JsonValueKind.Object when arguments.TryGetProperty($"gen_args_{request}", out var of)
                && of.ValueKind == JsonValueKind.Object && of.TryGetProperty($"arg_{argument}", out var value) => value,
            JsonValueKind.Array when request < arguments.GetArrayLength()
                && arguments[request] is { ValueKind: JsonValueKind.Array } of && argument < of.GetArrayLength() =>
                of[argument],
            _ => default,
        };
        return found.ValueKind == JsonValueKind.String ? found.GetString() : null;
    }

    private static string? Choice(JsonRow row, int choice) =>
        Argument(row, choice, 1) is { } text ? text.StartsWith(' ') ? text[1..] : text : null;

    private static double LogLikelihood(JsonRow row, JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Array || answer.GetArrayLength() == 0)
            throw row.Error("filtered_resps", "must have a list with a log-likelihood for each choice");
        try
        {
            var value = ForeignCell.Number(ForeignCell.Of(answer[0]).Text);
            return double.IsNaN(value) || double.IsPositiveInfinity(value)
                ? throw new FormatException($"has the log-likelihood {value}, which is not a finite number") : value;
        }
        catch (FormatException malformed)
        {
            throw row.Error("filtered_resps", malformed.Message);
        }
    }
}
