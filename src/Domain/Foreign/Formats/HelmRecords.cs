using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// The results of HELM for each instance: with a metric of <c>per_instance_stats.json</c> an answer is right or wrong;
/// else an answer of <c>display_predictions.json</c> is one of the references of <c>instances.json</c>. A trial is a
/// run,
/// whose seed is the number of the trial. Perturbed instances are skipped.
/// </summary>
internal static class HelmRecords
{
    public static IEnumerable<ForeignRecord> Of(ForeignSource source)
    {
        if (source.Task == ForeignTask.MultiLabel)
            throw source.Error(null, null, "has one answer for each instance; the task cannot be multiLabel");
        var instances = source.Companion is null ? null : HelmInstances.Read(source);
        if (source.Task == ForeignTask.SingleLabel && instances is null)
            throw source.Error(
                null, null, "has only the texts of answers; set 'instances' of its entry in files to the part with "
                    + "instances.json, or dataset.task to correctness");
        using var text = source.Open();
        foreach (var record in JsonLines.Read(
            text, source.Source, row => source.Errors.Try(() => Record(row, source, instances))))
            if (record is not null) yield return record;
    }

    /// <summary>The names of the metrics of a row.</summary>
    public static IReadOnlyList<string> Metrics(JsonRow row) => row.Json.Find("stats") switch
    {
        { ValueKind: JsonValueKind.Array } list =>
            [.. list.EnumerateArray().Select(stat => stat.Find("name", "name").Scalar()).OfType<string>()],
        { ValueKind: JsonValueKind.Object } stats => [.. stats.EnumerateObject().Select(stat => stat.Name)],
        _ => [],
    };

    private static ForeignRecord? Record(JsonRow row, ForeignSource source, HelmInstances? instances)
    {
        if (row.Json.Find("perturbation") is not null) return null;
        var id = row.Required("instance_id");
        var run = source.Run with { Seed = row.Whole("train_trial_index", source.File.Seed) };
        var answer = row.Json.Find("mapped_output").Scalar() ?? row.Json.Find("predicted_text").Scalar()?.Trim();
        if (source.Task == ForeignTask.Correctness)
            return new ForeignRecord
            {
                File = source.Name,
                Place = new ForeignPlace(row.Line),
                Example = new("instance_id", id, null),
                Run = run,
                Text = instances?.Find(id)?.Text,
                Gold = [ForeignTasks.Right],
                Answer = [Stat(row, source) >= (source.File.CorrectAt ?? 1) ? ForeignTasks.Right : ForeignTasks.Wrong],
                AnswerText = answer,
                MetricAgrees = true,
            };
        var instance = instances!.Find(id) ?? throw row.Error("instance_id", $"'{id}' is not in instances.json");
        var predicted = answer is null ? -1 : instance.References.IndexOf(answer);
        return new ForeignRecord
        {
            File = source.Name,
            Place = new ForeignPlace(row.Line),
            Example = new("instance_id", id, null),
            Run = run,
            Text = instance.Text,
            Gold = [Label(instance.Correct)],
            Answer = predicted < 0 ? null : [Label(predicted)],
            NumberedLabels = instance.References.Count,
            MetricAgrees = Agrees(row, predicted == instance.Correct),
        };

        string Label(int index) => source.LabelAt(index, message => row.Error("mapped_output", message));
    }

    /// <summary>Whether there is an exact_match; it must agree.</summary>
    private static bool Agrees(JsonRow row, bool isRight)
    {
        if (row.Json.Find("stats", "exact_match") is not { ValueKind: JsonValueKind.Number } metric
            || NotFinite.Is(metric)) return false;
        return metric.GetDouble() >= 1 == isRight ? true : throw row.Error(
            "stats", $"exact_match is {metric}, but the answer is {(isRight ? "" : "not ")}the correct reference");
    }

    /// <summary>The mean of a metric: in a list with names, or in an object.</summary>
    private static double Stat(JsonRow row, ForeignSource source)
    {
        var name = source.File.Metric ?? "exact_match";
        var stats = row.Json.Find("stats");
        var mean = stats is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(stat => stat.Find("name", "name").Scalar() == name)
                .Select(stat => stat.Find("mean")).FirstOrDefault()
            : stats?.Find(name);
        if (mean is not { ValueKind: JsonValueKind.Number } value)
            throw row.Error(
                "stats", $"has no metric '{name}'; set 'metric' of its entry in files to one of its stats");
        return NotFinite.Name(value) is not { } other ? value.GetDouble()
            : throw row.Error("stats", $"has the value {other} of '{name}', which is not a finite number");
    }
}
