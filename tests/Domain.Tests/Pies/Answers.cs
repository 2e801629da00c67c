using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Pies;

/// <summary>Predictions, and what follows from them if they are counted in blocks of some size.</summary>
internal static class Answers
{
    /// <summary>The predictions of a run for single-label data of three classes.</summary>
    public static PackedLabels Packed(params int[] classes) => PackedLabels.OfClasses(3, classes);

    public static IEnumerable<LabelledExample> Labels(this ComparedAnswers answers) =>
        PieLabeling.Label(answers.Gold, answers.Dense, answers.Pruned);

    public static NoiseFloor FloorOf(IReadOnlyList<PackedLabels> runs, int cohortSize, int blockSize = 1000)
    {
        var tally = new NoiseFloorTally(runs[0].Task, runs[0].ClassCount, runs.Count, cohortSize, CohortKind.Trained);
        foreach (var block in ExampleBlock.Of(runs[0].Count, 1, blockSize)) tally.Add(Sliced(runs, block));
        return tally.Floor();
    }

    public static ComparisonSummary Summary(this ComparedAnswers answers) =>
        answers.Results(answers.Dense, answers.Gold.Count).Summary;

    public static IReadOnlyList<ClassScore> Classes(this ComparedAnswers answers) =>
        answers.Results(answers.Dense, answers.Gold.Count).Classes;

    /// <param name="allDense">The predictions of all dense runs.</param>
    public static (IReadOnlyList<LabelledExample> Labels, ComparisonSummary Summary, IReadOnlyList<ClassScore> Classes)
        Results(this ComparedAnswers answers, IReadOnlyList<PackedLabels> allDense, int blockSize)
    {
        var (gold, dense, pruned) = answers;
        var cohorts = ComparedCohorts.OfSeeds(dense.Count);
        var tally = new ComparisonTally(gold.Task, gold.ClassCount, cohorts, allDense.Count);
        var (classes, labels) = (new ClassTally(gold.Task, gold.ClassCount), new List<LabelledExample>());
        foreach (var block in ExampleBlock.Of(gold.Count, 1, blockSize))
        {
            var part = new ComparedAnswers(
                gold.Slice(block.Start, block.Count), Sliced(dense, block), Sliced(pruned, block));
            foreach (var label in part.Labels())
            {
                tally.Add(label);
                classes.Add(label, part.Gold, cohorts);
                labels.Add(label with { Position = block.Start + label.Position });
            }
            tally.Add(part, Sliced(allDense, block), [.. labels.Skip(block.Start).Select(label => label.IsPie)]);
        }
        return (
            labels,
            tally.Summary(
                [.. pruned.Select((_, seed) => 90.0 + seed)], isComplete: true, [], "no reason",
                Collapsed(gold, dense, tally.Dense), Collapsed(gold, pruned, tally.Pruned)),
            classes.Scores(tally.Dense, tally.Pruned, classes.Distribution()));
    }

    private static int Collapsed(
        PackedLabels gold, IReadOnlyList<PackedLabels> runs, IReadOnlyList<LabelCounts> counts) =>
        runs.Zip(counts).Count(run =>
            RunCollapse.IsCollapsedBy(gold.Task, run.Second) ?? RunCollapse.Of(gold, run.First).IsCollapsed);

    private static IReadOnlyList<PackedLabels> Sliced(IReadOnlyList<PackedLabels> runs, ExampleBlock block) =>
        [.. runs.Select(run => run.Slice(block.Start, block.Count))];
}
