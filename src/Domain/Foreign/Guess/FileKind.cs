using System.Text;
using System.Text.Json;
using PieService.Domain.Files;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Guess;

/// <summary>What the beginning of a file of an evaluation tool says about it.</summary>
/// <param name="Format">The tool's format.</param>
/// <param name="IsOpen">Whether it has open answers, which are right or wrong, and not choices.</param>
/// <param name="Filter">The filter of lm-evaluation-harness that is read; null if the file has one filter.</param>
/// <param name="Metric">The metric that judges open answers; null if it is the usual one.</param>
/// <param name="TextPath">The property with the question alone, without the few-shot examples before it.</param>
/// <param name="PredictBy">How a choice is scored; null if it is the usual way.</param>
/// <param name="Instances">The path of the file that has the questions; null if the file has them itself.</param>
public sealed record FileKind(
    ForeignFormat Format, bool IsOpen, string? Filter = null, string? Metric = null, string? TextPath = null,
    PredictBy? PredictBy = null, string? Instances = null)
{
    /// <summary>A whole record, of which a long prompt may come first.</summary>
    private const int HeadBytes = 2 * 1024 * 1024;

    /// <summary>Metrics that are 1 for a right and 0 for a wrong answer, the usual ones first.</summary>
    private static readonly string[] Judgements = ["exact_match", "quasi_exact_match", "acc", "extractive_match", "em"];

    private static readonly string[] QuestionNames = ["question", "query", "problem", "prompt", "sentence", "text"];

    /// <summary>The name of the task that the file, or one that belongs to it, states; null if none does.</summary>
    public string? Task { get; init; }

    /// <summary>The model that it states; null if it does not.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the file has several evaluations of the model.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>The format of a file; null if it is not one of a tool whose files say what they are.</summary>
    /// <exception cref="UnreadableFileException">The file is damaged.</exception>
    public static ForeignFormat? FormatOf(SourceFile file, ReadLimits limits) =>
        IsArchive(file) ? ForeignFormat.Inspect : Recognise(file, Head(file, limits));

    /// <summary>Whether a file has the results of lm-evaluation-harness, which are read along with the samples beside
    /// it.</summary>
    public static bool IsResults(SourceFile file, ReadLimits limits) =>
        file.Path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && HarnessNames.AreResults(file.Path, limits);

    /// <returns>Null if the file is not one of a tool whose files say what they are.</returns>
    /// <exception cref="UnreadableFileException">The file is damaged.</exception>
    public static FileKind? Of(SourceFile file, ReadLimits limits)
    {
        if (IsArchive(file)) return InspectLog.Read(file, limits);
        if (file.Path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)) return OfLighteval(file, limits);
        var head = Head(file, limits);
        return Recognise(file, head) switch
        {
            ForeignFormat.Helm => OfHelm(file, limits, Has("\"mapped_output\"")),
            ForeignFormat.LmEvalHarness => OfHarness(file, limits),
            ForeignFormat.EveryEvalEver => OfRow(
                file, limits, new(ForeignFormat.EveryEvalEver, !Has("\"choices\"")),
                row => (row.Find("evaluation_name").Scalar(), row.Find("model_id").Scalar())),
            ForeignFormat.OpenAiEvals => OfRow(
                file, limits, new(ForeignFormat.OpenAiEvals, true),
                row => (row.Find("spec", "eval_name").Scalar(),
                    row.Find("spec", "completion_fns").Scalars().FirstOrDefault()
                        ?? row.Find("spec", "model_name").Scalar())),
            ForeignFormat.Inspect => InspectLog.Read(file, limits),
            ForeignFormat.OpenCompass => new(ForeignFormat.OpenCompass, false)
            {
                Model = PathParts.Behind(file.Path, "predictions"),
            },
            _ => null,
        };

        bool Has(string text) => head.Contains(text, StringComparison.Ordinal);
    }

    private static ForeignFormat? Recognise(SourceFile file, string head)
    {
        return HelmRun.IsFile(file.Path) && Has("\"instance_id\"") && Has("\"train_trial_index\"") ? ForeignFormat.Helm
            : Has("\"filtered_resps\"") && Has("\"doc_id\"") ? ForeignFormat.LmEvalHarness
            : Has("\"answer_attribution\"") && Has("\"sample_id\"") ? ForeignFormat.EveryEvalEver
            : head.StartsWith("{\"spec\":", StringComparison.Ordinal) ? ForeignFormat.OpenAiEvals
            : Has("\"eval\"") && Has("\"status\"") && Has("\"version\"") ? ForeignFormat.Inspect
            : head.StartsWith('{') && Has("\"prediction\"") && Has("\"gold\"") ? ForeignFormat.OpenCompass
            : null;

        bool Has(string text) => head.Contains(text, StringComparison.Ordinal);
    }

    private static bool IsArchive(SourceFile file) => file.Path.EndsWith(".eval", StringComparison.OrdinalIgnoreCase);

    /// <summary>A file whose first row, or each of them, states the task and the model.</summary>
    private static FileKind OfRow(
        SourceFile file, ReadLimits limits, FileKind kind, Func<JsonElement, (string? Task, string? Model)> stated)
    {
        using var text = new SourceText(file, TextEncoding.Utf8, limits, new SourceBytes(file, limits.OfFile));
        var (task, model) = JsonLines.Read(text, file, row => stated(row.Json)).FirstOrDefault();
        return kind with { Task = task, Model = model };
    }

    private static string Head(SourceFile file, ReadLimits limits)
    {
        var (head, length) = (new byte[HeadBytes], 0);
        using var bytes = new SourceBytes(file, limits.OfFile);
        for (int read; length < head.Length && (read = bytes.Read(head.AsSpan(length))) > 0;) length += read;
        return Encoding.Latin1.GetString(head, 0, length).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\n', '\r');
    }

    /// <summary>Answers to multiple-choice questions are references, which are beside the predictions.</summary>
    private static FileKind OfHelm(SourceFile file, ReadLimits limits, bool hasChoices)
    {
        var (task, model) = HelmRun.Stated(file.Path, limits);
        var kind = hasChoices && HelmRun.Beside(file.Path, HelmRun.Instances) is { } instances
            ? new FileKind(ForeignFormat.Helm, IsOpen: false, Instances: instances) : OfOpenHelm(file, limits);
        return kind with { Task = task, Model = model, IsRepeated = true };
    }

    private static FileKind OfOpenHelm(SourceFile file, ReadLimits limits)
    {
        using var text = new SourceText(file, TextEncoding.Utf8, limits, new SourceBytes(file, limits.OfFile));
        return new(
            ForeignFormat.Helm, IsOpen: true,
            Metric: Judging(JsonLines.Read(text, file, HelmRecords.Metrics).FirstOrDefault() ?? []));
    }

    /// <returns>Null if it is another Parquet file.</returns>
    private static FileKind? OfLighteval(SourceFile file, ReadLimits limits)
    {
        var (metrics, hasChoices) = LightevalRecords.Look(file, limits);
        return metrics is null ? null
            : new(ForeignFormat.Lighteval, !hasChoices, Metric: hasChoices ? null : Judging(metrics))
            {
                Model = PathParts.Behind(file.Path, "details"),
            };
    }

    /// <summary>The metric that judges open answers; null if there is none.</summary>
    private static string? Judging(IReadOnlyList<string> metrics) =>
        Judgements.FirstOrDefault(metrics.Contains) ?? (metrics.Count > 0 ? metrics[0] : null);

    /// <summary>All rows are read, because the rows of one filter come before those of the next.</summary>
    private static FileKind OfHarness(SourceFile file, ReadLimits limits)
    {
        using var text = new SourceText(file, TextEncoding.Utf8, limits, new SourceBytes(file, limits.OfFile));
        HarnessRow? found = null;
        var filters = new List<string>();
        foreach (var row in JsonLines.Read(text, file, HarnessRow.Of))
        {
            found ??= row;
            if (row.Filter is { } filter && !filters.Contains(filter)) filters.Add(filter);
        }
        var (first, isOpen) = (found!, found!.IsOpen);
        return new(
            ForeignFormat.LmEvalHarness, isOpen,
            Filter: filters.Count > 1 ? filters[0] : null,
            Metric: isOpen && !first.Metrics.Contains("exact_match") && first.Metrics is [var metric, ..]
                ? metric : null,
            TextPath: first.TextPath,
            PredictBy: !isOpen && !first.Metrics.Contains("acc") && first.Metrics.Contains("acc_norm")
                ? Foreign.PredictBy.PerCharacter : null);
    }

    /// <summary>The parts of a row that decide how its file is read.</summary>
    private sealed record HarnessRow(string? Filter, bool IsOpen, IReadOnlyList<string> Metrics, string? TextPath)
    {
        public static HarnessRow Of(JsonRow row) => new(
            row.Has("filter", out var filter) && filter.ValueKind == JsonValueKind.String
                ? filter.GetString() : null,
            row.Json.TryGetProperty("filtered_resps", out var answers) && answers.ValueKind == JsonValueKind.Array
                && answers.GetArrayLength() > 0 && answers[0].ValueKind != JsonValueKind.Array,
            [.. row.Json.EnumerateObject().Where(IsMetric).Select(member => member.Name)],
            row.Json.TryGetProperty("doc", out var doc) && doc.ValueKind == JsonValueKind.Object
                && QuestionNames.FirstOrDefault(name => IsText(doc, name)) is { } question ? $"doc.{question}" : null);

        /// <summary>Metrics are the numbers and truth values beside the document and its target.</summary>
        private static bool IsMetric(JsonProperty member) =>
            member.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            && member.Name is not ("doc_id" or "target");

        private static bool IsText(JsonElement doc, string name) =>
            doc.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;
    }
}
