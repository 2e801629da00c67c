using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The second reading of all files: the answers of every run, in the order of the examples and labels.
/// </summary>
internal static class AnswerReading
{
    /// <param name="labels">The labels of the files, in their order.</param>
    /// <returns>Null if there are errors, which are those of the sources.</returns>
    public static ImportContent? Read(
        PredictionImport import, ImportSurvey survey, ExampleIndex examples, ExampleFacts facts,
        IReadOnlyList<string> labels, IReadOnlyList<ForeignSource> sources, string folder,
        CancellationToken cancellation)
    {
        var (task, errors) = (sources[0].Task, sources[0].Errors);
        if (labels.Count < (task == ForeignTask.MultiLabel ? 1 : 2))
            errors.Add(
                sources[0].Name, default,
                $"has the labels {ColumnNames.Listed(labels)}; there must be more, so set dataset.labels");
        var order = examples.Order();
        List<int> kept = [.. Enumerable.Range(0, order.Length).Where(
            position => survey.Runs.All(run => run.Has(order[position])))];
        if (kept.Count == 0) errors.Add(sources[0].Name, default, "has no example that every run has answered");
        if (!errors.IsEmpty) return null;

        var scored = labels.Count;
        if (survey.NeedsNoAnswerLabel(task)) labels = [.. labels, ForeignImport.NoAnswerLabel];
        var packing = new AnswerPacking(task, labels);
        List<FoundRun> runs = [.. survey.Runs
            .OrderBy(run => import.Cohorts!.Index().First(cohort => cohort.Item.Name == run.Key.Cohort).Index)
            .ThenBy(run => run.Key.Seed)];
        int[] rowBytes = [.. runs.Select(run => packing.RowBytes(run.HasScores is true))];
        if (ImportSize.Fault(kept.Count, labels.Count, rowBytes) is { } size)
        {
            errors.Add(sources[0].Name, default, size);
            return null;
        }
        var answers = new AnswerScratch(folder, kept.Count, rowBytes);
        var content = new ImportContent
        {
            Task = task,
            Labels = labels,
            Examples = examples,
            Facts = facts,
            Order = [.. kept.Select(position => order[position])],
            Positions = kept,
            Runs = [.. runs.Select(run => new ForeignRun(
                import.Cohorts!.First(cohort => cohort.Name == run.Key.Cohort), run.Key.Seed, run.HasScores is true,
                run.Threshold))],
            Counts = new ImportCounts(
                kept.Count, runs.Count, order.Length - kept.Count, survey.NoAnswers, survey.AgreeingMetrics),
            Packing = packing,
            Answers = answers,
            AnswerTexts = new TextScratch(folder),
        };
        try
        {
            Write(content, runs, scored, sources, cancellation);
            if (errors.IsEmpty) return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
        content.Dispose();
        return null;
    }

    private static void Write(
        ImportContent content, List<FoundRun> runs, int scored, IReadOnlyList<ForeignSource> sources,
        CancellationToken cancellation)
    {
        var places = runs.Index().ToDictionary(run => run.Item.Key, run => run.Index);
        var positions = new int[content.Examples.Count];
        Array.Fill(positions, -1);
        foreach (var (position, example) in content.Order.Index()) positions[example] = position;
        foreach (var source in sources)
            foreach (var record in ForeignReader.Read(source))
            {
                cancellation.ThrowIfCancellationRequested();
                if (record.Run is not { } key) continue;
                var position = positions[content.Examples.Find(record).Index!.Value];
                if (position < 0) continue;
                if (AnswerPacking.Fault(record, scored) is { } fault)
                {
                    source.Errors.Add(record.File, record.Place, fault);
                    if (source.Errors.IsFull) return;
                    continue;
                }
                var run = places[key];
                var text = record.AnswerText is { } answer ? content.AnswerTexts.Add(answer) : TextPlace.None;
                content.Packing.Pack(
                    record, content.Runs[run].HasScores, text, content.Answers.Row(run, position));
            }
    }
}
