using System.Text.Json.Serialization;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <summary>An example of a comparison, as the table of PIEs and that of all examples return it.</summary>
public abstract class VotedExample
{
    protected VotedExample(PieLabel label, Example example, string[] labels)
    {
        var votes = CohortVotes.Of(label, labels);
        (ExampleId, Position, SourceId) = (example.Id, label.Position, example.SourceId);
        (Text, SecondText) = (example.Text, example.SecondText);
        Labels = [.. example.Labels.Select(index => labels[index])];
        (Dense, Pruned, Classes) = (votes.Dense, votes.Pruned, votes.Classes);
        (Margin, Tied) = (label.Margin, label.DenseTied || label.PrunedTied);
        (El2n, InfluenceBin) = (label.El2n, label.InfluenceBin);
        (P, Q) = (label.P, label.Q);
        Paired = label.PairedP is null ? null : new(label.PairedP.Value, label.PairedQ!.Value);
        (Inclusion, Taxicab, Shift) = (label.Inclusion, label.Taxicab, label.Shift);
        (SelfConfidence, Replicated, DirectionOrNull) = (label.SelfConfidence, label.Replicated, label.Direction);
    }

    public Guid ExampleId { get; }
    public int Position { get; }
    public string SourceId { get; }
    public string Text { get; }
    public string? SecondText { get; }
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The votes of the dense runs on the example.</summary>
    public CohortVote Dense { get; }

    /// <summary>The votes of the pruned runs on the example.</summary>
    public CohortVote Pruned { get; }

    /// <summary>
    /// The margin of the less certain cohort, in [0, 1]: for single-label data (top - second) / runs, where top and
    /// second are the numbers of votes of the two leading labels; for multi-label data the smallest |2 votes - runs| /
    /// runs of both cohorts over the labels on which they differ, or over all labels if they do not differ.
    /// </summary>
    public double Margin { get; }

    /// <summary>
    /// Whether the vote of a cohort is a tie. A tie is decided for the smallest class index; for multi-label data the
    /// label is not predicted, and a tie on a label on which the cohorts agree counts too, so that the margin of a PIE
    /// may then be above 0.
    /// </summary>
    public bool Tied { get; }

    /// <summary>The labels about which the cohorts differ; null for single-label data.</summary>
    public IReadOnlyList<string>? Classes { get; }

    /// <summary>
    /// The EL2N of a training example after the first observed epoch of the dense runs; null for examples of other
    /// splits.
    /// </summary>
    public double? El2n { get; }

    /// <summary>
    /// The influence bin of a training example by its EL2N, from 1 (least influential) to 20; null for examples of
    /// other splits.
    /// </summary>
    public int? InfluenceBin { get; }

    /// <summary>
    /// The p value of the exact test whether both cohorts draw their votes from one distribution, in (0, 1]; null if
    /// most dense runs have collapsed.
    /// </summary>
    public double? P { get; }

    /// <summary>
    /// The q value of p over all examples of the comparison, in [0, 1]. Of the examples with a q of at most 0.05, at
    /// most 5 % are expected to have votes that differ by chance alone.
    /// </summary>
    public double? Q { get; }

    /// <summary>
    /// The p value and the q value of the test that compares the dense and the pruned run of each seed; null where p
    /// is, and for imported predictions without pairs.
    /// </summary>
    public PairedTestNumbers? Paired { get; }

    /// <summary>The q value of a test; null if there is none.</summary>
    internal double? QOf(SignificanceTest test) => test == SignificanceTest.Paired ? Paired?.Q : Q;

    /// <summary>
    /// The probability that as many new seeds would make the example a PIE, in [0, 1]; null for one seed, and for too
    /// many labels and seeds.
    /// </summary>
    public double? Inclusion { get; }

    /// <summary>
    /// The sum over the labels of the absolute differences of the shares of votes, in [0, 2]; for multi-label data in
    /// [0, 2 C].
    /// </summary>
    public double Taxicab { get; }

    /// <summary>
    /// An unbiased estimate of half of the squared distance of the true shares of votes: 0 on average without an
    /// effect, so it may be negative; null for one seed.
    /// </summary>
    public double? Shift { get; }

    /// <summary>
    /// The mean over the dense runs of the probability of the gold label, in [0, 1]; a low value makes the label
    /// suspect. For multi-label data, a moving average over the labels that ends with the least certain one. Null for
    /// imported predictions without scores.
    /// </summary>
    public double? SelfConfidence { get; }

    /// <summary>
    /// Whether a PIE is one against the second dense cohort (extraDenseSeeds) too; null if the example is not a PIE,
    /// and without such a cohort.
    /// </summary>
    public bool? Replicated { get; }

    /// <summary>The cohort whose majority is right; null if the example is not a PIE.</summary>
    [JsonIgnore] public PieDirection? DirectionOrNull { get; }
}

/// <param name="P">The p value of the paired test, in (0, 1].</param>
/// <param name="Q">The q value over all examples of the comparison, in [0, 1].</param>
public sealed record PairedTestNumbers(double P, double Q);
