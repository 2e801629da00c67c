using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Files.Arrays;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// Predictions in NumPy arrays: floating-point numbers are scores, integers are labels by their numbers, and the
/// position in the array identifies the example. Of multi-label data integers are flags, 0 or 1 for each label.
/// </summary>
internal static class ArrayRecords
{
    public static IEnumerable<ForeignRecord> OfNpy(ForeignSource source)
    {
        using var array = NpyArray.Open(source.Source, source.Limits);
        foreach (var record in Records(source, array, source.File.Cohort)) yield return record;
    }

    public static IEnumerable<ForeignRecord> OfNpz(ForeignSource source)
    {
        using var arrays = new NpzArrays(source.Source, source.Limits);
        foreach (var name in source.File.Arrays!.Keys)
            if (!arrays.Names.Contains(name))
                throw source.Error(
                    null, null, $"has no array '{name}'; it has {ColumnNames.Listed(arrays.Names)}");
        foreach (var (name, cohort) in source.File.Arrays)
        {
            using var array = arrays.Open(name);
            foreach (var record in Records(source, array, cohort)) yield return record;
        }
    }

    /// <param name="cohort">Null for the array of the gold labels.</param>
    private static IEnumerable<ForeignRecord> Records(ForeignSource source, NpyArray array, string? cohort)
    {
        var runs = new ArrayRuns(array, source.Task);
        var isReal = array.Header.Type.IsReal;
        if (isReal && cohort is null)
            throw Error("has floating-point numbers, and gold labels are integers; for scores state the cohort");
        if (isReal && source.File.ScoreKind is null)
            throw Error(
                "has scores: set scoreKind of its entry in files to one of "
                    + string.Join(", ", Wire.All<ScoreKind>()));
        if (cohort is null && runs.Runs > 1)
            throw Error($"has {runs.Runs} runs; gold labels have the shape (examples)");
        if (runs.Runs > ImportLimits.Seeds)
            throw Error($"has {runs.Runs} runs; a cohort has at most {ImportLimits.Seeds}");
        if (runs.HasValuesOfLabels && runs.Values > DatasetLimits.MaxLabels)
            throw Error($"has values of {runs.Values} labels; a dataset has at most {DatasetLimits.MaxLabels}");
        if (runs.Examples > source.Limits.Records)
            throw Error($"has {runs.Examples} examples; this service takes {source.Limits.Records}");
        if (source.Labels is { } labels && runs.HasValuesOfLabels && runs.Values != labels.Count)
            throw Error($"has values of {runs.Values} labels; there are {labels.Count}");
        foreach (var row in runs.Rows())
        {
            var record = new ForeignRecord
            {
                File = array.Name,
                Place = new ForeignPlace(null) { Seed = source.File.Seed + row.Run, Example = row.Example },
                Example = new("example", null, row.Example),
                Run = cohort is null ? null : new RunKey(cohort, source.File.Seed + row.Run),
                NumberedLabels = runs.HasValuesOfLabels ? runs.Values : 0,
            };
            if (source.Errors.IsFull) yield break;
            if (isReal ? Score(source, row, record) : Label(source, runs, row, record)) yield return record;
        }

        UnreadableFileException Error(string message) => new(array.Name, null, null, message);
    }

    private static bool Score(ForeignSource source, ArrayRow row, ForeignRecord record)
    {
        record.Scores = new ForeignScores(
            source.File.ScoreKind!.Value, null, row.Values, source.File.Threshold ?? ForeignScores.DefaultThreshold);
        if (record.Scores.Fault(source.Task, isComplete: true) is not { } fault) return true;
        source.Errors.Add(record.File, record.Place with { Label = fault.Label }, fault.Message);
        return false;
    }

    private static bool Label(ForeignSource source, ArrayRuns runs, ArrayRow row, ForeignRecord record)
    {
        try
        {
            var labels = runs.HasValuesOfLabels
                ? Flagged(source, row.Values) : [source.LabelAt(row.Values[0], Error)];
            if (record.Run is null) record.Gold = labels;
            else record.Answer = labels;
            return true;
        }
        catch (UnreadableFileException failure)
        {
            source.Errors.Add(record.File, record.Place, failure.Message);
            return false;
        }

        UnreadableFileException Error(string message) => new(record.File, null, null, message);

        IReadOnlyList<string> Flagged(ForeignSource source, double[] flags)
        {
            var other = Array.FindIndex(flags, flag => flag is not (0 or 1));
            if (other >= 0) throw Error($"has {flags[other]} for label {other}; flags of labels are 0 or 1");
            return [.. flags.Index().Where(flag => flag.Item == 1).Select(flag => source.LabelAt(flag.Index, Error))];
        }
    }
}
