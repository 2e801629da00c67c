using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The probability of each example to be a PIE if n votes of each cohort are drawn with the shares that were seen.
/// </summary>
internal abstract class DrawnPies
{
    /// <summary>The probabilities, each with the number of examples that have it; an example without a choice, because
    /// all runs of both cohorts agree, is left out.</summary>
    /// <param name="seeds">n, at least 1.</param>
    public abstract IEnumerable<(double Probability, int Examples)> Of(int seeds);

    /// <param name="cohorts">R of each cohort.</param>
    public static DrawnPies Of(LearningTask task, IEnumerable<VotedAlike> examples, ComparedCohorts cohorts) =>
        task switch
        {
            LearningTask.SingleLabel => new OfModes(examples),
            LearningTask.MultiLabel => new OfMajorities(examples, cohorts),
        };

    /// <summary>For single-label data: 1 - sum_c a_c b_c, with the distributions a and b of both modes.</summary>
    private sealed class OfModes : DrawnPies
    {
        /// <summary>
        /// The most different votes of one cohort, for each of which a mode takes up to a millisecond for each n.
        /// </summary>
        private const int MostVotes = 1000;

        private readonly List<int[]> votes = [];
        private readonly List<(int Dense, int Pruned, int Examples)> pairs = [];

        public OfModes(IEnumerable<VotedAlike> examples)
        {
            List<VotedAlike> undecided = [.. examples.Where(example => !IsDecided(example))];
            Number(undecided);
            if (votes.Count > MostVotes) Number(EvenlySpaced(undecided, MostVotes / 2));
        }

        public override IEnumerable<(double Probability, int Examples)> Of(int seeds)
        {
            var modes = votes.ConvertAll(of => MultinomialMode.Of(of, seeds));
            return pairs.Select(pair => (PieInclusion.Differing(modes[pair.Dense], modes[pair.Pruned]), pair.Examples));
        }

        /// <summary>Whether one label has all votes of both cohorts, which may differ in size.</summary>
        private static bool IsDecided(VotedAlike example) =>
            example.Dense.Zip(example.Pruned).Count(label => label.First > 0 || label.Second > 0) == 1;

        private void Number(IEnumerable<VotedAlike> examples)
        {
            votes.Clear();
            pairs.Clear();
            var numbers = new Dictionary<string, int>();
            foreach (var (dense, pruned, count) in examples) pairs.Add((NumberOf(dense), NumberOf(pruned), count));

            int NumberOf(int[] ofCohort)
            {
                var key = string.Join(' ', ofCohort);
                if (numbers.TryGetValue(key, out var number)) return number;
                votes.Add(ofCohort);
                return numbers[key] = numbers.Count;
            }
        }

        /// <summary>The votes of <paramref name="count"/> examples at equal distances, in the order of the
        /// list.</summary>
        private static IEnumerable<VotedAlike> EvenlySpaced(IReadOnlyList<VotedAlike> examples, int count)
        {
            var (all, seen, taken) = (examples.Sum(example => (long)example.Examples), 0L, 0);
            foreach (var example in examples)
            {
                seen += example.Examples;
                var before = taken;
                while (taken < count && all * ((2L * taken) + 1) < 2L * count * seen) taken++;
                if (taken > before) yield return example with { Examples = taken - before };
            }
        }
    }

    /// <summary>For multi-label data: 1 - prod_c (1 - (a_c (1 - b_c) + b_c (1 - a_c))), with the probabilities a and b
    /// that a majority predicts the label.</summary>
    private sealed class OfMajorities(IEnumerable<VotedAlike> examples, ComparedCohorts cohorts) : DrawnPies
    {
        private readonly List<((int Dense, int Pruned)[] Labels, int Examples)> undecided =
        [
            .. examples.Select(example => (
                    Array.FindAll([.. example.Dense.Zip(example.Pruned)], label => !IsDecided(label, cohorts)),
                    example.Examples))
                .Where(example => example.Item1.Length > 0),
        ];

        public override IEnumerable<(double Probability, int Examples)> Of(int seeds)
        {
            var (dense, pruned) = (Majorities(cohorts.Dense, seeds), Majorities(cohorts.Pruned, seeds));
            return undecided.Select(example => (
                1 - example.Labels.Aggregate(1.0, (same, label) =>
                    same * (1 - PieInclusion.Differing(dense[label.Dense], pruned[label.Pruned]))),
                example.Examples));
        }

        /// <summary>The probability that a majority of new runs predicts a label, by the votes for it.</summary>
        private static double[] Majorities(int runs, int seeds) =>
            [.. Enumerable.Range(0, runs + 1).Select(votes => ReplicatedMajority.WithShare(votes, runs, seeds))];

        private static bool IsDecided((int Dense, int Pruned) votes, ComparedCohorts cohorts) =>
            votes == (0, 0) || votes == (cohorts.Dense, cohorts.Pruned);
    }
}
