using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Statistics;

/// <summary>The tests of one example, made of the tests of its labels.</summary>
internal sealed class TestsOfLabels
{
    private readonly ExactTest exact = new();
    private readonly Dictionary<(LearningTask, int), ExampleTests> tests = [];

    /// <summary>For multi-label data: the runs that predict a label against those that do not.</summary>
    public TestedVotes[] Each(int[] dense, int denseRuns, int[] pruned, int prunedRuns) =>
        [.. dense.Zip(pruned, (a, b) => exact.Of([a, denseRuns - a], [b, prunedRuns - b]))];

    public TestedVotes OfLabels(int[] dense, int denseRuns, int[] pruned, int prunedRuns) =>
        Tests(LearningTask.MultiLabel, dense.Length).Unpaired(dense, denseRuns, pruned, prunedRuns);

    /// <summary>For the answers of each seed.</summary>
    public TestedVotes OfPairs(int[] dense, int[] pruned, int labels)
    {
        var discordant = new DiscordantSeeds(labels);
        discordant.Read(Runs(dense), Runs(pruned), example: 0);
        return Tests(LearningTask.SingleLabel, labels).Paired(discordant);

        PackedLabels[] Runs(int[] answers) => [.. answers.Select(answer => PackedLabels.OfClasses(labels, answer))];
    }

    private ExampleTests Tests(LearningTask task, int labels)
    {
        if (!tests.TryGetValue((task, labels), out var known)) tests[(task, labels)] = known = new(task, labels);
        return known;
    }
}
