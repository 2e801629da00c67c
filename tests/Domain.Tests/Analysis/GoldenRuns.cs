using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Analysis;

/// <summary>The answers of runs in golden values: the class of each example, or 0 and 1 for each label.</summary>
internal static class GoldenRuns
{
    public static PackedLabels Answers(this JsonElement golden, string name, int classes) =>
        Packed(golden.GetProperty(name), classes);

    public static IReadOnlyList<PackedLabels> Runs(this JsonElement golden, string name, int classes) =>
        [.. golden.GetProperty(name).EnumerateArray().Select(run => Packed(run, classes))];

    /// <summary>Whether each of N examples is at one of the positions.</summary>
    public static bool[] Members(this JsonElement golden, string name, int examples)
    {
        var members = new bool[examples];
        foreach (var position in golden.Ints(name)) members[position] = true;
        return members;
    }

    public static IReadOnlyList<(int[] A, int[] B)> Splits(this JsonElement golden) =>
        [.. golden.GetProperty("splits").EnumerateArray().Select(split => (split[0].Ints(), split[1].Ints()))];

    private static PackedLabels Packed(JsonElement answers, int classes) =>
        answers[0].ValueKind == JsonValueKind.Number
            ? PackedLabels.OfClasses(classes, answers.Ints())
            : PackedLabels.Of(
                LearningTask.MultiLabel, answers[0].GetArrayLength(),
                answers.EnumerateArray().Select(example => (IReadOnlyList<short>)[.. example.Ints().Index()
                    .Where(label => label.Item == 1).Select(label => (short)label.Index)]));
}
