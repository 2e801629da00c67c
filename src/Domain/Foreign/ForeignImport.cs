using PieService.Domain.Files;
using PieService.Domain.Foreign.Assembly;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign;

/// <summary>
/// Reads the files of an import, twice: the first time for errors, examples, labels and runs, the second time for the
/// answers. Memory is that of the examples (<see cref="ImportSurvey"/>) and of one run, whatever the number of runs and
/// labels; answers and texts are in files meanwhile.
/// </summary>
public static class ForeignImport
{
    /// <summary>The label of an answer from which no label was taken.</summary>
    public const string NoAnswerLabel = "(none)";

    /// <summary>The total number of times that the files are read.</summary>
    public const int Readings = 2;

    /// <param name="import">A definition in which <see cref="ImportRules"/> and <see cref="ImportConflicts"/> found no
    /// fault.</param>
    /// <param name="parts">The file of each part of the definition.</param>
    /// <param name="dataset">The dataset that the definition names; null if it is made of the files.</param>
    /// <param name="folder">An existing folder for temporary files.</param>
    public static ImportReading Read(
        PredictionImport import, IReadOnlyDictionary<string, SourceFile> parts, MatchedDataset? dataset,
        ReadLimits limits, string folder, CancellationToken cancellation)
    {
        var errors = new ForeignErrors();
        var facts = new ExampleFacts(new TextScratch(folder));
        var task = dataset?.Task ?? import.Dataset!.Task!.Value;
        var stated = dataset?.HasNoAnswerLabel is true ? [.. dataset.Labels.SkipLast(1)]
            : dataset?.Labels ?? import.Dataset!.Labels
            ?? (task == ForeignTask.Correctness ? [ForeignTasks.Right, ForeignTasks.Wrong] : null);
        List<ForeignSource> sources = [.. import.Files!.Select(file => new ForeignSource(
            parts[file.Part!] with { Cancellation = cancellation }, file, task, stated, limits, errors)
        {
            Companion = file.Instances is null ? null : parts[file.Instances] with { Cancellation = cancellation },
        })];
        try
        {
            ExampleIndex examples = dataset is null
                ? new FoundExamples()
                : new MatchedExamples(dataset, (i, example) =>
                {
                    facts.SetGold(i, example.Labels);
                    if (dataset.Documents is { } documents) facts.SetHash(i, DocumentHashes.At(documents, i));
                });
            var labels = new FoundLabels(stated);
            var survey = new ImportSurvey(import, dataset, examples, facts, labels, errors, limits);
            foreach (var source in sources)
                if (!errors.IsFull) survey.Read(source, cancellation);
            if (!errors.IsEmpty) return Refused();
            ImportCompleteness.Check(import, dataset, survey, examples, facts, sources, errors);

            var content = errors.IsEmpty
                ? AnswerReading.Read(import, survey, examples, facts, labels.InOrder(), sources, folder, cancellation)
                : null;
            return content is null ? Refused() : new ImportReading([], new ForeignPredictions(content));
        }
        catch
        {
            facts.Dispose();
            throw;
        }

        ImportReading Refused()
        {
            facts.Dispose();
            return new ImportReading(errors.All, null);
        }
    }
}

/// <summary>The result of reading an import: its errors, up to <see cref="ImportLimits.Errors"/>, or its predictions.
/// </summary>
/// <param name="Predictions">Null if there are errors.</param>
public sealed record ImportReading(IReadOnlyList<ForeignError> Errors, ForeignPredictions? Predictions);
