using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The conditions that all files of an import meet together, after each of them was read.</summary>
internal static class ImportCompleteness
{
    /// <summary>The name of the definition in errors.</summary>
    private const string Definition = "definition";

    public static void Check(
        PredictionImport import, ImportSurvey survey, ExampleIndex examples, ExampleFacts facts, ForeignErrors errors)
    {
        if (examples.Count == 0) errors.Add(import.Files![0].Part!, default, "has no example");
        Cohorts(import, survey, errors);
        Gold(import, examples, facts, errors);
        if (import.OnMissing == MissingRule.Error) Missing(survey, examples, errors);
    }

    private static void Cohorts(PredictionImport import, ImportSurvey survey, ForeignErrors errors)
    {
        var counts = survey.Runs.CountBy(run => run.Key.Cohort).ToDictionary(StringComparer.Ordinal);
        foreach (var (i, cohort) in import.Cohorts!.Index())
        {
            var runs = counts.GetValueOrDefault(cohort.Name!);
            var place = new ForeignPlace(null) { Column = $"cohorts[{i}]" };
            if (runs == 0) errors.Add(Definition, place, "no file has predictions of this cohort");
            if (runs > 1 && import.Replication == ReplicationKind.None)
                errors.Add(
                    Definition, place with { Column = "replication" },
                    $"is none, and the cohort '{cohort.Name}' has {runs} runs; state how they differ: training, "
                        + "evaluation or setting");
        }
    }

    private static void Gold(
        PredictionImport import, ExampleIndex examples, ExampleFacts facts, ForeignErrors errors)
    {
        List<int> without = [.. Enumerable.Range(0, examples.Count).Where(example => facts.Gold(example) is null)];
        if (without.Count > 0)
            errors.Add(
                import.Files![0].Part!, default,
                $"{examples.KeyOf(without[0])}{Others(without.Count)} has no gold label; name the column of the gold "
                    + "labels, add an array of them, or import for an existing dataset");
    }

    private static void Missing(ImportSurvey survey, ExampleIndex examples, ForeignErrors errors)
    {
        foreach (var run in survey.Runs.Where(run => run.Count < examples.Count))
        {
            var first = Enumerable.Range(0, examples.Count).First(example => !run.Has(example));
            errors.Add(
                run.File, default,
                $"{examples.KeyOf(first)}{Others(examples.Count - run.Count)} is missing in {run.Key}; another run or "
                    + "the dataset has it. Set onMissing to intersect to leave it out of all runs");
        }
    }

    private static string Others(int count) => count > 1 ? $" (as well as {count - 1} others)" : "";
}
