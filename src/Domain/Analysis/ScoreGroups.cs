using System.Text.Json.Serialization;

namespace PieService.Domain.Analysis;

/// <summary>
/// Whether the scores of a cohort's runs fall into two groups, as they do if some runs have collapsed: the
/// best split of the sorted scores in two.
/// </summary>
/// <param name="Eta">Sum of squares between the groups / total sum of squares, in [0, 1]; 0 if all scores are
/// equal.</param>
/// <param name="Critical">99.9 % of samples of a normal distribution of this size are below (simulated).</param>
/// <param name="Low">The mean of the lower group.</param>
/// <param name="High">The mean of the upper group.</param>
/// <param name="RunsLow">The runs of the lower group.</param>
public sealed record ScoreGroups(double Eta, double Critical, double Low, double High, int RunsLow)
{
    /// <summary>Too many samples of fewer scores would look like two groups.</summary>
    public const int FewestRuns = 6;

    private const double LeastDistance = 0.05;

    private static readonly (int Runs, double Eta)[] CriticalValues =
        [(6, 0.991), (8, 0.971), (10, 0.947), (15, 0.901), (20, 0.870), (30, 0.834), (50, 0.788)];

    [JsonIgnore] public bool IsBimodal => Eta >= Critical && High - Low >= LeastDistance;

    /// <param name="scores">A score of each run, such as the accuracy.</param>
    /// <returns>Null for fewer than six runs.</returns>
    public static ScoreGroups? Of(IReadOnlyCollection<double> scores)
    {
        if (scores.Count < FewestRuns) return null;
        double[] sorted = [.. scores.Order()];
        var mean = sorted.Average();
        var total = sorted.Sum(score => (score - mean) * (score - mean));
        var best = (Between: double.NegativeInfinity, Low: mean, High: mean, Runs: 1);
        for (var runs = 1; runs < sorted.Length; runs++)
        {
            var (low, high) = (sorted[..runs].Average(), sorted[runs..].Average());
            var between =
                (runs * (low - mean) * (low - mean)) + ((sorted.Length - runs) * (high - mean) * (high - mean));
            if (between > best.Between) best = (between, low, high, runs);
        }
        var isConstant = sorted[0] == sorted[^1];
        return new(
            isConstant ? 0 : best.Between / total, CriticalFor(sorted.Length), best.Low, best.High,
            isConstant ? 1 : best.Runs);
    }

    /// <summary>Linear between the simulated sizes; the last value holds for larger cohorts.</summary>
    private static double CriticalFor(int runs)
    {
        var at = Array.FindLastIndex(CriticalValues, value => value.Runs <= runs);
        if (at == CriticalValues.Length - 1) return CriticalValues[at].Eta;
        var ((from, low), (to, high)) = (CriticalValues[at], CriticalValues[at + 1]);
        return low + ((high - low) * (runs - from) / (to - from));
    }
}
