using System.Text.Json.Serialization;
using PieService.Domain.Pies;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Analysis;

/// <summary>How the votes of both cohorts on an example are compared.</summary>
public enum SignificanceTest
{
    /// <summary>The votes of both cohorts, whatever the seeds: retraining after a pruning loses the seed.</summary>
    [JsonStringEnumMemberName("unpaired")] Unpaired,

    /// <summary>The dense and the pruned run of one seed: it finds more where the runs of a seed share their
    /// noise.</summary>
    [JsonStringEnumMemberName("paired")] Paired,
}

/// <summary>The examples on which the votes of both cohorts differ significantly.</summary>
/// <param name="Test">The test of <paramref name="AtMost"/>.</param>
/// <param name="Exact">Whether all p values are exact; else some are from random tables.</param>
/// <param name="Testable">The number of examples for which a p value below 0.05 can be attained.</param>
/// <param name="AtMost">The number of examples by their q value; empty if there are no q values.</param>
/// <param name="Paired">The same numbers for the paired test; null if the cohorts have no seeds in common, and if there
/// are no q values.</param>
/// <param name="Reason">Why there are no q values, or none can be small, and what to do about it; null if some
/// can.</param>
public sealed record Significance(
    SignificanceTest Test, bool Exact, int Testable, IReadOnlyList<SignificantExamples> AtMost,
    PairedSignificance? Paired, string? Reason)
{
    /// <summary>The levels of q for which examples are counted.</summary>
    public static readonly IReadOnlyList<double> Levels = [0.01, 0.05, 0.1];

    public static Significance None(string reason) => new(SignificanceTest.Unpaired, true, 0, [], null, reason);

    /// <summary>
    /// The paired test if each model was made of the baseline's run of its seed: these runs share their noise, which
    /// cancels in their difference, so the test finds more. A training loses the seed, so otherwise the unpaired test.
    /// </summary>
    public static SignificanceTest DefaultTest(SeedPairing pairing) =>
        pairing == SeedPairing.Model ? SignificanceTest.Paired : SignificanceTest.Unpaired;

    /// <summary>The q value of an example; null if it has none of this test.</summary>
    public static double? QOf(PieLabel label, SignificanceTest test) =>
        test == SignificanceTest.Paired ? label.PairedQ : label.Q;

    /// <summary>The examples with at most a q value of a test.</summary>
    /// <param name="maxQ">One of <see cref="Levels"/>.</param>
    /// <returns>Null if there are no q values of this test.</returns>
    public SignificantExamples? At(double maxQ, SignificanceTest test) =>
        (test == SignificanceTest.Paired ? Paired?.AtMost ?? [] : AtMost).SingleOrDefault(level => level.MaxQ == maxQ);
}

/// <param name="AtMost">The number of examples by their q value.</param>
/// <param name="Reason">Why no q value of the paired test can be small, and what to do about it; null if some
/// can, and in analyses of version 4.</param>
public sealed record PairedSignificance(IReadOnlyList<SignificantExamples> AtMost, string? Reason = null);

/// <param name="MaxQ">The largest q value, in [0, 1].</param>
/// <param name="Examples">The number of examples with at most this q value.</param>
/// <param name="Pies">The number of PIEs among them.</param>
public sealed record SignificantExamples(double MaxQ, int Examples, int Pies);
