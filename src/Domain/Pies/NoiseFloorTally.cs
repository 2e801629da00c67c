using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>Counts what the noise floor of a cohort is computed from, a block of examples at a time.</summary>
public sealed class NoiseFloorTally
{
    private readonly int runs, cohortSize, size;
    private readonly CohortKind kind;
    private readonly GroupVotes votes;
    private readonly (ulong[] A, ulong[] B)[] pairs;

    /// <summary>For each pair of groups, the number of examples on which their majorities differ.</summary>
    private readonly int[] differing;
    private int examples;

    /// <param name="runs">The number of all dense runs, including those of further seeds.</param>
    /// <param name="cohortSize">The number of runs in the comparison's own dense cohort.</param>
    /// <param name="kind">Where the runs come from.</param>
    public NoiseFloorTally(LearningTask task, int classCount, int runs, int cohortSize, CohortKind kind)
    {
        (this.runs, this.cohortSize, this.kind, size) =
            (runs, cohortSize, kind, Math.Min(cohortSize, runs / 2));
        var groups = votes = new GroupVotes(task, classCount, runs, size);
        pairs = runs < NoiseFloor.FewestRuns
            ? []
            : [.. NoiseFloor.Pairs(runs, size).Select(pair => (groups.Group(pair.A), groups.Group(pair.B)))];
        differing = new int[pairs.Length];
    }

    /// <param name="predictions">The predictions of each dense run for the examples of the block.</param>
    /// <exception cref="ArgumentException">The number of runs is another one, or a run did not predict the same
    /// examples as the others.</exception>
    public void Add(IReadOnlyList<PackedLabels> predictions)
    {
        if (predictions.Count != runs || !predictions.All(predictions[0].IsLike))
            throw new ArgumentException(
                $"Each of the {runs} runs must have predicted the same examples.", nameof(predictions));
        examples += predictions[0].Count;
        if (pairs.Length == 0) return;
        for (var i = 0; i < predictions[0].Count; i++)
        {
            votes.Read(predictions, i);
            if (!votes.MayDiffer) continue;
            for (var pair = 0; pair < pairs.Length; pair++)
                if (votes.Differ(pairs[pair].A, pairs[pair].B)) differing[pair]++;
        }
    }

    /// <exception cref="InvalidOperationException">There were no examples.</exception>
    public NoiseFloor Floor()
    {
        if (examples == 0) throw new InvalidOperationException("A rate needs at least one example.");
        return runs < NoiseFloor.FewestRuns
            ? NoiseFloor.None(runs, kind)
            : NoiseFloor.Of(
                size == cohortSize ? NoiseFloorKind.SecondCohort : NoiseFloorKind.Halves, size,
                differing.Select(count => (double)count / examples));
    }
}
