namespace PieService.Domain.Foreign;

/// <summary>The conditions for the columns of a table of predictions.</summary>
internal static class ForeignColumnRules
{
    public static IEnumerable<FieldError> Check(
        ForeignFile file, ForeignColumns columns, string at, HashSet<string> cohorts) =>
        [.. Names(columns, at), .. Runs(columns, at, cohorts), .. Scores(file, columns, at)];

    private static IEnumerable<FieldError> Names(ForeignColumns columns, string at)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, column) in columns.Named())
            if (!FieldError.IsName(column))
                yield return new(
                    $"{at}.columns.{field}", "must have 1 to 200 characters, none of them a control character");
            else if (!taken.TryAdd(column, field))
                yield return new($"{at}.columns.{field}", $"names the same column as {taken[column]}");
    }

    private static IEnumerable<FieldError> Runs(ForeignColumns columns, string at, HashSet<string> cohorts)
    {
        if (columns.Runs is not { } runs) yield break;
        if (runs.Count == 0) yield return new($"{at}.columns.runs", "must have at least one column");
        foreach (var (name, run) in runs)
        {
            var field = $"{at}.columns.runs.{name}";
            if (run?.Cohort is null) yield return new($"{field}.cohort", "is required: the name of a cohort");
            else if (!cohorts.Contains(run.Cohort)) yield return FileRules.Unknown($"{field}.cohort", run.Cohort);
            if (run?.Seed < 0) yield return new($"{field}.seed", "must not be negative");
        }
        (string Name, string? Value)[] ofLong =
        [
            ("predicted", columns.Predicted), ("cohort", columns.Cohort), ("seed", columns.Seed),
            ("scores", columns.Scores), ("scoresPrefix", columns.ScoresPrefix),
        ];
        foreach (var (name, value) in ofLong)
            if (value is not null)
                yield return new($"{at}.columns.{name}", "is for a table with a row for each answer, without runs");
    }

    private static IEnumerable<FieldError> Scores(ForeignFile file, ForeignColumns columns, string at)
    {
        if (columns is { Scores: not null, ScoresPrefix: not null })
            yield return new($"{at}.columns.scoresPrefix", "cannot be combined with scores; leave out one of them");
        if (columns.ScoresPrefix is "") yield return new($"{at}.columns.scoresPrefix", "must not be empty");
        var hasScores = columns.Scores is not null || columns.ScoresPrefix is not null || columns.AreLists;
        if (columns.AreLists && file.Format != ForeignFormat.Jsonl)
            yield return new($"{at}.columns.predicted", "is required, or scores, scoresPrefix or runs");
        else if (hasScores && file.ScoreKind is null)
            yield return new(
                $"{at}.scoreKind",
                $"is required, since the table has scores: one of {string.Join(", ", Wire.All<ScoreKind>())}");
        else if (!hasScores && file.ScoreKind is not null)
            yield return new($"{at}.scoreKind", "is for scores; leave it out, or name their columns");
    }
}
