using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Files.Parquet;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// The details of lighteval, a Parquet file of structs: <c>doc</c>, <c>model_response</c> and <c>metric</c>, in some
/// versions with underscores (<c>__doc__</c>).
/// </summary>
internal static class LightevalRecords
{
    private const string DefaultMetric = "acc";

    public static IEnumerable<ForeignRecord> Of(ForeignSource source)
    {
        if (source.Task == ForeignTask.MultiLabel)
            throw source.Error(null, null, "has one answer for each document; the task cannot be multiLabel");
        using var rows = new ParquetRows(source.Source, source.Limits);
        var columns = new Columns(rows, source);
        while (rows.Next())
        {
            // Every cell of a row is read, whatever the others are.
            var document = columns.Read(place: (int)rows.Number - 1);
            if (source.Errors.Try(() => Record(document, source)) is { } record) yield return record;
        }
    }

    /// <summary>What the first row of a file says about it.</summary>
    /// <returns>The metrics, or null if it is not a file of lighteval; and whether it has the log-likelihoods of
    /// choices.</returns>
    public static (IReadOnlyList<string>? Metrics, bool HasChoices) Look(SourceFile file, ReadLimits limits)
    {
        using var rows = new ParquetRows(file, limits);
        string[] Members(string of) =>
        [
            .. rows.Names
                .Where(name => name.StartsWith($"{of}.", StringComparison.Ordinal)
                    || name.StartsWith($"__{of}__.", StringComparison.Ordinal))
                .Select(name => name[(name.IndexOf('.') + 1)..]),
        ];
        if (Members("doc").Length == 0 || Members("model_response").Length == 0) return (null, false);
        var columns = new Columns(rows, new ForeignSource(
            file, new ForeignFile(), ForeignTask.SingleLabel, Labels: null, limits, new ForeignErrors()));
        var hasChoices = rows.Next() && columns.Read(place: 0) is { Choices.Count: > 0, LogLikelihoods.Length: > 0 };
        return (Members("metric"), hasChoices);
    }

    private static ForeignRecord Record(Document document, ForeignSource source)
    {
        var isJudged = source.Task == ForeignTask.Correctness;
        if (!isJudged && (document.Choices.Count == 0 || document.LogLikelihoods.Length == 0))
            throw Error(
                "model_response.logprobs", "has no log-likelihoods of choices; set dataset.task to correctness");
        if (!isJudged && document.LogLikelihoods.Length != document.Choices.Count)
            throw Error(
                "model_response.logprobs",
                $"has {document.LogLikelihoods.Length} log-likelihoods for {document.Choices.Count} choices");
        if (!isJudged && (document.Gold is not { } index || index < 0 || index >= document.Choices.Count))
            throw Error("doc.gold_index", "must be the index of one of the choices");
        var isRight = document.Metric >= (source.File.CorrectAt ?? 1);
        if (isJudged && document.Metric is null)
            throw Error("metric", $"has no value of '{source.File.Metric ?? DefaultMetric}'");
        var predicted = isJudged ? 0 : document.Highest();
        if (!isJudged && document.Metric is { } metric && isRight != (predicted == document.Gold))
            throw Error(
                "metric",
                $"is {metric}, but the answer, choice {predicted}, is {(isRight ? "not " : "")}the target");
        var scores = isJudged ? null : new ForeignScores(
            ScoreKind.LogLikelihoods, [.. document.Choices.Select((_, choice) => Label(choice))],
            document.LogLikelihoods);
        if (scores?.Fault(source.Task, isComplete: false) is { } fault)
            throw Error("model_response.logprobs", fault.Message);
        return new ForeignRecord
        {
            File = source.Name,
            Place = new ForeignPlace(document.Line),
            Example = document.Id is { } id ? new("doc.id", id, null) : new("row", null, (int)document.Line - 1),
            Run = source.Run,
            Text = document.Query,
            Gold = [isJudged ? ForeignTasks.Right : Label(document.Gold!.Value)],
            Answer = [!isJudged ? Label(predicted) : isRight ? ForeignTasks.Right : ForeignTasks.Wrong],
            AnswerText = isJudged ? document.Answer : null,
            Scores = scores,
            NumberedLabels = isJudged ? 0 : document.Choices.Count,
            MetricAgrees = document.Metric is not null,
        };

        string Label(int choice) => source.LabelAt(choice, message => Error("doc.choices", message));

        UnreadableFileException Error(string column, string message) => source.Error(document.Line, column, message);
    }

    /// <summary>A row.</summary>
    /// <param name="Gold">The index of the right choice; null if there are several or none.</param>
    /// <param name="Metric">Null if the file does not have it, or if it is NaN.</param>
    private sealed record Document(
        long Line, string? Id, string? Query, IReadOnlyList<string> Choices, int? Gold, double[] LogLikelihoods,
        string? Answer, double? Metric)
    {
        /// <summary>The first choice with the highest log-likelihood.</summary>
        public int Highest() => Array.IndexOf(LogLikelihoods, LogLikelihoods.Max());
    }

    private sealed class Columns(ParquetRows rows, ForeignSource source)
    {
        private readonly ParquetRows.Column? id = Find(rows, "doc", "id"), query = Find(rows, "doc", "query"),
            choices = Find(rows, "doc", "choices"), gold = Find(rows, "doc", "gold_index"),
            likelihoods = Find(rows, "model_response", "logprobs"), texts = Find(rows, "model_response", "text"),
            metric = Metric(rows, source);

        public Document Read(int place)
        {
            return new(
                place + 1, First(id), First(query), List(choices),
                List(gold) is [var only] && int.TryParse(only, out var index) ? index : null,
                Numbers(likelihoods), First(texts),
                Numbers(metric) is [var value] && double.IsFinite(value) ? value : null);
        }

        private static double[] Numbers(ParquetRows.Column? column)
        {
            try
            {
                return [.. List(column).Select(value => value switch
                {
                    "true" => 1,
                    "false" => 0,
                    _ => ForeignCell.Number(value),
                })];
            }
            catch (FormatException malformed)
            {
                throw column!.Error(malformed.Message);
            }
        }

        private static string? First(ParquetRows.Column? column) => List(column) is [var first, ..] ? first : null;

        private static ParquetRows.Column? Find(ParquetRows rows, string of, string name) =>
            rows.Names.FirstOrDefault(column => column == $"{of}.{name}" || column == $"__{of}__.{name}") is { } found
                ? rows.Labels(found, DatasetLimits.MaxLabels) : null;

        private static ParquetRows.Column? Metric(ParquetRows rows, ForeignSource source) =>
            Find(rows, "metric", source.File.Metric ?? DefaultMetric) ?? (source.File.Metric is not { } name ? null
                : throw source.Error(
                    null, "metric", $"has no metric '{name}'; it has " + ColumnNames.Listed(rows.Names.Where(
                        column => column.StartsWith("metric.", StringComparison.Ordinal)))));

        /// <summary>The values of a list, or a single value; none if there is none.</summary>
        private static IReadOnlyList<string> List(ParquetRows.Column? column) =>
            column is null ? []
            : column.HasLists ? column.OptionalList() ?? []
            : column.Optional() is { } value ? [value] : [];
    }
}
