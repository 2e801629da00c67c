using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>The records of a table in long form, a row for each answer, or in wide form, a column for each run.
/// </summary>
internal static class TableRecords
{
    public static IEnumerable<ForeignRecord> Of(IEnumerable<ForeignRow> rows, ForeignSource source)
    {
        var columns = source.File.Columns!;
        var reader = new Reader(source, columns);
        var place = 0;
        foreach (var row in rows)
        {
            foreach (var record in source.Errors.Try(() => reader.Records(row, place)) ?? []) yield return record;
            place++;
        }
    }

    private sealed class Reader(ForeignSource source, ForeignColumns columns)
    {
        /// <summary>The columns with a score each, and their labels; the same for all rows of most tables.</summary>
        private (string[] Columns, string[] Labels)? prefixed;

        /// <param name="place">The 0-based number of the row.</param>
        public IReadOnlyList<ForeignRecord> Records(ForeignRow row, int place)
        {
            if (columns.Runs is null) return [Record(row, place, RunOf(row), columns.Predicted)];
            return [.. columns.Runs.Select(run =>
                Record(row, place, new RunKey(run.Value.Cohort!, run.Value.Seed), run.Key))];
        }

        private ForeignRecord Record(ForeignRow row, int place, RunKey run, string? answer)
        {
            var gold = columns.Label is { } label ? row.Read(label, cell => cell.Labels(source.Task)) : null;
            var predicted = answer is null ? null : row.Read(answer, cell => cell.Labels(source.Task));
            var isJudged = source.Task == ForeignTask.Correctness;
            return new ForeignRecord
            {
                File = source.Name,
                Place = new ForeignPlace(row.Line),
                Example = Key(row, place),
                Run = run,
                Text = columns.Text is { } text ? TextOf(row, text) ?? throw row.Error(text, "has no text") : null,
                Gold = isJudged ? [ForeignTasks.Right] : gold,
                Answer = isJudged && predicted is not null ? [Judged(row, predicted[0], gold?[0])] : predicted,
                AnswerText = isJudged && gold is not null ? predicted?[0] : null,
                Scores = Scores(row),
                Cluster = columns.Cluster is { } cluster ? TextOf(row, cluster) : null,
            };
        }

        private static string? TextOf(ForeignRow row, string column) =>
            row.Read(column, cell => cell.IsMissing ? null : cell.Text);

        private RunKey RunOf(ForeignRow row) => new(
            columns.Cohort is { } cohort
                ? TextOf(row, cohort) ?? throw row.Error(cohort, "has no cohort") : source.File.Cohort!,
            columns.Seed is { } seed ? row.Read(seed, cell => cell.Whole()) : source.File.Seed);

        private ExampleKey Key(ForeignRow row, int place)
        {
            if (columns.Example is { } id)
                return new(id, TextOf(row, id) ?? throw row.Error(id, "has no id"), null);
            return columns.Position is { } position ? new(position, null, row.Read(position, cell => cell.Whole()))
                : new("row", null, place);
        }

        /// <summary>An answer is right if it is the gold answer or, without one, if it says so.</summary>
        private string Judged(ForeignRow row, string answer, string? gold) => (answer, gold) switch
        {
            (_, not null) => answer == gold ? ForeignTasks.Right : ForeignTasks.Wrong,
            ("right" or "true" or "True" or "1", _) => ForeignTasks.Right,
            ("wrong" or "false" or "False" or "0", _) => ForeignTasks.Wrong,
            _ => throw row.Error(
                columns.Predicted,
                $"has '{ForeignCell.Shown(answer)}'; without columns.label an answer is right or wrong, true or false, "
                    + "1 or 0"),
        };

        private ForeignScores? Scores(ForeignRow row)
        {
            var (labels, values, column, isComplete) = Values(row);
            if (values is null) return null;
            var scores = new ForeignScores(
                source.File.ScoreKind!.Value, labels, values, source.File.Threshold ?? ForeignScores.DefaultThreshold);
            return scores.Fault(source.Task, isComplete) is { } fault ? throw row.Error(column, fault.Message) : scores;
        }

        private (IReadOnlyList<string>? Labels, double[]? Values, string? Column, bool IsComplete) Values(
            ForeignRow row)
        {
            if (columns.ScoresPrefix is { } prefix)
            {
                var (names, labels) = Prefixed(row, prefix);
                return (labels, [.. names.Select(name => row.Read(name, cell => ForeignCell.Number(cell.Text)))], null,
                    true);
            }
            var column = columns.Scores ?? (columns.AreLists ? ForeignRow.WholeRow : null);
            if (column is null) return default;
            var cell = row.Read(column, cell => cell);
            if (cell.Scores is { } scores)
                return (
                    [.. scores.Select(score => score.Key)], [.. scores.Select(score => score.Value)], column, false);
            return cell.IsMissing && cell.Text is not "NaN" ? default
                : (null, row.Read(column, cell => cell.Numbers()), column, true);
        }

        private (string[] Columns, string[] Labels) Prefixed(ForeignRow row, string prefix)
        {
            if (prefixed is { } known && source.File.Format != ForeignFormat.Jsonl) return known;
            string[] names = [.. row.Columns.Where(
                name => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal))];
            if (names.Length == 0)
                throw row.Error(
                    null,
                    $"has no column that begins with '{prefix}'; there are {ColumnNames.Listed(row.Columns)}");
            prefixed = (names, [.. names.Select(name => name[prefix.Length..])]);
            return prefixed.Value;
        }
    }
}
