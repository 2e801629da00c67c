using PieService.Domain.Files;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>
/// The first reading of all files: finds the errors, the examples, the labels and the runs. It keeps about 100 bytes
/// and
/// the id of each example, and a bit for each example of each run, never an answer.
/// </summary>
internal sealed class ImportSurvey(
    PredictionImport import, MatchedDataset? dataset, ExampleIndex examples, ExampleFacts facts, FoundLabels labels,
    ForeignErrors errors, ReadLimits limits)
{
    private readonly HashSet<string> cohorts = new(
        import.Cohorts!.Select(cohort => cohort.Name!), StringComparer.Ordinal);
    private readonly Dictionary<RunKey, FoundRun> byKey = [];
    private readonly List<FoundRun> runs = [];
    private readonly Dictionary<string, int> seeds = new(StringComparer.Ordinal);

    public IReadOnlyList<FoundRun> Runs => runs;

    public FoundRun RunOf(RunKey key) => byKey[key];

    /// <summary>Answers from which no label was taken.</summary>
    public long NoAnswers { get; private set; }

    /// <summary>Whether <see cref="ForeignImport.NoAnswerLabel"/> is one of the labels.</summary>
    public bool NeedsNoAnswerLabel(ForeignTask task) =>
        dataset?.HasNoAnswerLabel is true || (NoAnswers > 0 && task != ForeignTask.Correctness);

    /// <summary>Answers that agree with a metric of their file.</summary>
    public long AgreeingMetrics { get; private set; }

    public void Read(ForeignSource source, CancellationToken cancellation) => errors.Try(() =>
    {
        foreach (var record in ForeignReader.Read(source))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Fault(record, source) is { } fault) errors.Add(record.File, record.Place, fault);
            if (errors.IsFull) break;
        }
        return true;
    });

    /// <summary>Adds a record.</summary>
    /// <returns>Why it is not valid; null if it is.</returns>
    private string? Fault(ForeignRecord record, ForeignSource source)
    {
        // PostgreSQL cannot store it.
        foreach (var text in new[] { record.Example.Id, record.Text, record.Cluster })
            if (text?.Contains('\0') is true)
                return "has an id, a text or a group with a NUL character, which a text must not contain";
        var (found, fault) = examples.Find(record);
        if (found is not { } example) return fault;
        if (examples.Count > limits.Records)
            return $"is example number {examples.Count}; this service takes {limits.Records}";
        if (labels.AddNumbers(record.NumberedLabels) is { } numbered) return numbered;
        if (labels.Add(record.Gold) is { } gold) return gold;
        if (labels.Add(record.Answer) is { } answer) return answer;
        if (labels.Add(record.Scores?.Labels) is { } scored) return scored;
        if (facts.Add(example, record) is { } difference) return difference;
        return record.Run is { } key ? RunFault(record, source, key, example) : null;
    }

    private string? RunFault(ForeignRecord record, ForeignSource source, RunKey key, int example)
    {
        if (!cohorts.Contains(key.Cohort))
            return $"has the cohort '{ForeignCell.Shown(key.Cohort)}', which is not in the cohorts of the definition";
        if (!byKey.TryGetValue(key, out var run))
        {
            var stored = dataset?.SeedsOf(key.Cohort);
            if (stored?.Contains(key.Seed) is true) return $"has answers of {key}, which the sweep has already";
            var known = seeds.GetValueOrDefault(key.Cohort, stored?.Count ?? 0);
            if (known == ImportLimits.Seeds)
                return $"has seed number {ImportLimits.Seeds + 1} of the cohort {key.Cohort}; a cohort has at most "
                    + $"{ImportLimits.Seeds}";
            seeds[key.Cohort] = known + 1;
            runs.Add(byKey[key] = run = new FoundRun(key, source.Name));
        }
        if ((long)runs.Count * examples.Count > ImportLimits.Answers)
            return $"brings the answers, runs times examples, to more than {ImportLimits.Answers}, the limit of an "
                + "import";
        if (run.File != source.Name) return $"has answers of {key}, as the file {run.File} has";
        if (!run.Add(example))
            return $"{record.Example} occurs twice in {key}: keep one of its answers, or give the others another seed";
        if (record.MetricAgrees) AgreeingMetrics++;
        if (record is { Answer: null, Scores: null })
        {
            NoAnswers++;
            return import.NoAnswer == NoAnswerRule.Error ? $"{record.Example} has no answer"
                : dataset is { HasNoAnswerLabel: false } && source.Task != ForeignTask.Correctness
                    ? $"{record.Example} has no answer, and {ForeignImport.NoAnswerLabel} is not a label of the "
                        + "dataset; complete the file, or import the examples with dataset.fromFiles"
                : null;
        }
        if (record.Answer is null && source.Task == ForeignTask.MultiLabel) run.Threshold = record.Scores!.Threshold;
        run.HasScores ??= record.Scores is not null;
        return run.HasScores == record.Scores is not null ? null
            : $"{record.Example} has {(record.Scores is null ? "no scores" : "scores")}, unlike earlier answers of "
                + $"{key}";
    }
}
