using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The conditions that all files of an import meet together, after each of them was read.</summary>
internal static class ImportCompleteness
{
    /// <summary>The name of the definition in errors.</summary>
    private const string Definition = "definition";

    public static void Check(
        PredictionImport import, MatchedDataset? dataset, ImportSurvey survey, ExampleIndex examples,
        ExampleFacts facts, IReadOnlyList<ForeignSource> sources, ForeignErrors errors)
    {
        if (examples.Count == 0) errors.Add(import.Files![0].Part!, default, "has no example");
        var seeds = import.Cohorts!.ToDictionary(
            cohort => cohort.Name!, cohort => dataset?.SeedsOf(cohort.Name!).ToHashSet() ?? []);
        foreach (var run in survey.Runs) seeds[run.Key.Cohort].Add(run.Key.Seed);
        foreach (var error in SeedRules.Check(
            new(import.Replication, import.Cohorts!), seeds, isExtended: import.SweepId is not null))
            errors.Add(Definition, new ForeignPlace(null) { Column = error.Field }, $"{error.Field} {error.Message}");
        Gold(import, examples, facts, errors);
        List<MissingExample> missing = [.. survey.Runs.Where(run => run.Count < examples.Count).Select(run =>
            new MissingExample(run, Enumerable.Range(0, examples.Count).First(example => !run.Has(example))))];
        if (dataset is not null)
            Add(
                import.SweepId is not null
                    ? "The runs that are added to a sweep are for all of its examples. Complete the file, or import it "
                        + "without sweepId, as a sweep of its own"
                    : "The predictions of an existing dataset are for all examples of its split. Complete the file, or "
                        + "import the examples with dataset.fromFiles",
                MissingExample.Places(missing, examples, sources));
        else if (import.OnMissing == MissingRule.Error)
            Add("Another run has it. Set onMissing to intersect to leave it out of all runs", places: null);

        void Add(string reason, IReadOnlyDictionary<RunKey, ForeignPlace>? places)
        {
            foreach (var (run, first) in missing)
            {
                var where = places is null ? "" : $"; its place is {(first > 0 ? "behind" : "before")} this one";
                errors.Add(
                    run.File, places?[run.Key] ?? default,
                    $"{examples.KeyOf(first)}{Others(examples.Count - run.Count)} is missing in {run.Key}{where}. "
                        + reason);
            }
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

    private static string Others(int count) => count > 1 ? $" (as well as {count - 1} others)" : "";
}
