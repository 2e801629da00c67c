using PieService.Domain.Files;

namespace PieService.Domain.Foreign;

/// <summary>The conditions for the files of an import: their parts, their cohorts, and the fields of their formats.
/// </summary>
internal static class FileRules
{
    public static IEnumerable<FieldError> Check(PredictionImport import, IReadOnlyCollection<string> parts)
    {
        if (import.Files is not { Count: >= 1 and <= ImportLimits.Files } files)
            return [new("files", $"is required: 1 to {ImportLimits.Files} files")];
        var cohorts = (import.Cohorts ?? []).Select(cohort => cohort?.Name).OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. files.SelectMany((file, i) =>
                file is null ? [new($"files[{i}]", "must be an object")] : Each(file, $"files[{i}]", cohorts)),
            .. Parts(files, parts),
        ];
    }

    private static IEnumerable<FieldError> Each(ForeignFile file, string at, HashSet<string> cohorts)
    {
        if (file.Format is not { } format)
            return [new($"{at}.format", $"is required: one of {string.Join(", ", Wire.All<ForeignFormat>())}")];
        return
        [
            .. Cohort(file, format, at, cohorts),
            .. Values(file, format, at),
            .. file.Columns is { } columns && ForeignFormats.IsTable(format)
                ? ForeignColumnRules.Check(file, columns, at, cohorts) : [],
            .. OtherFormats(file, format, at),
        ];
    }

    private static IEnumerable<FieldError> Cohort(
        ForeignFile file, ForeignFormat format, string at, HashSet<string> cohorts)
    {
        if (file.Seed < 0) yield return new($"{at}.seed", "must not be negative");
        if (file.Cohort is { } cohort && !cohorts.Contains(cohort)) yield return Unknown($"{at}.cohort", cohort);
        if (format == ForeignFormat.Npz && file.Arrays is not { Count: > 0 })
            yield return new($"{at}.arrays", "is required: { \"name of an array\": \"cohort\", \"gold\": null }");
        foreach (var (name, of) in file.Arrays ?? new Dictionary<string, string?>())
            if (of is not null && !cohorts.Contains(of)) yield return Unknown($"{at}.arrays.{name}", of);
        var isStated = format is ForeignFormat.Npy || file.Arrays is not null
            || file.Columns is { Cohort: not null } or { Runs: not null };
        if (file.Cohort is null && !isStated) yield return new($"{at}.cohort", "is required: the name of a cohort");
        if (file.Cohort is not null && (file.Arrays is not null || file.Columns is { Runs: not null }))
            yield return new($"{at}.cohort", "is stated by arrays or columns.runs; leave it out");
    }

    private static IEnumerable<FieldError> Values(ForeignFile file, ForeignFormat format, string at)
    {
        if (file.Threshold is not (null or (>= 0 and < 1)))
            yield return new($"{at}.threshold", "must be from 0 to below 1");
        if (file.CorrectAt is { } correct && !double.IsFinite(correct))
            yield return new($"{at}.correctAt", "must be a finite number");
        if (file.Delimiter is { } delimiter && !Delimiters.All.Contains(delimiter))
            yield return new($"{at}.delimiter", $"must be one of {Delimiters.Listed}");
        if (ForeignFormats.IsTable(format) && file.Columns is null)
            yield return new($"{at}.columns", "is required: the names of the columns, such as \"predicted\"");
    }

    /// <summary>A field that does not belong to the format would have no effect.</summary>
    private static IEnumerable<FieldError> OtherFormats(ForeignFile file, ForeignFormat format, string at)
    {
        var isTable = ForeignFormats.IsTable(format);
        var hasScores = isTable || ForeignFormats.IsArray(format);
        var isHarness = format == ForeignFormat.LmEvalHarness;
        var isJudged = isHarness || format is ForeignFormat.Inspect or ForeignFormat.Helm or ForeignFormat.Lighteval;
        (string Name, bool IsStated, bool IsRead)[] fields =
        [
            ("columns", file.Columns is not null, isTable),
            ("delimiter", file.Delimiter is not null, format == ForeignFormat.Csv),
            ("scoreKind", file.ScoreKind is not null, hasScores),
            ("threshold", file.Threshold is not null, hasScores),
            ("arrays", file.Arrays is not null, format == ForeignFormat.Npz),
            ("filter", file.Filter is not null, isHarness),
            ("predictBy", file.PredictBy is not null, isHarness),
            ("metric", file.Metric is not null, isJudged),
            ("correctAt", file.CorrectAt is not null, isJudged),
            ("textPath", file.TextPath is not null, isHarness),
            ("instances", file.Instances is not null, format == ForeignFormat.Helm),
        ];
        return from field in fields
               where field.IsStated && !field.IsRead
               select new FieldError($"{at}.{field.Name}", $"is not for {Wire.Name(format)}; leave it out");
    }

    private static IEnumerable<FieldError> Parts(IReadOnlyList<ForeignFile> files, IReadOnlyCollection<string> parts)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i] is not { } file) continue;
            if (file.Part is not { Length: > 0 } part)
                yield return new($"files[{i}].part", "is required: the name of a file part");
            else if (!first.TryAdd(part, i)) yield return new($"files[{i}].part", $"repeats files[{first[part]}].part");
            else if (!parts.Contains(part)) yield return new($"files[{i}].part", $"there is no file part '{part}'");
        }
        foreach (var (i, file) in files.Index())
            if (file?.Instances is { } instances && (!parts.Contains(instances) || first.ContainsKey(instances)))
                yield return new($"files[{i}].instances", "must name a file part that is not an entry of files");
        var instancesOf = files.Select(file => file?.Instances).ToHashSet(StringComparer.Ordinal);
        foreach (var part in parts)
            if (!first.ContainsKey(part) && !instancesOf.Contains(part))
                yield return new(part, "is a file part that no entry of files names");
    }

    internal static FieldError Unknown(string field, string cohort) =>
        new(field, $"'{ColumnNames.Printable(cohort)}' is not the name of one of the cohorts");
}
