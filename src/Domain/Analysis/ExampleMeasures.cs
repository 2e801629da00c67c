namespace PieService.Domain.Analysis;

/// <summary>What follows from the votes and probabilities of both cohorts on one example.</summary>
/// <param name="Significance">Null if most dense runs have collapsed.</param>
/// <param name="Inclusion">The probability that as many new seeds would make it a PIE, in [0, 1]; null for too many
/// labels and runs (<see cref="PieInclusion.CanCompute"/>).</param>
/// <param name="SelfConfidence">How much the dense runs support the gold labels, in [0, 1]; null without
/// scores.</param>
/// <param name="Replicated">Whether a PIE is one against the second dense cohort too; null if it is not a PIE, and
/// without such a cohort.</param>
public readonly record struct ExampleMeasures(
    ExampleSignificance? Significance, double? Inclusion, VoteShift Shift, double? SelfConfidence, bool? Replicated);
