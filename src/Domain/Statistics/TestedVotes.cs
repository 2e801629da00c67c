namespace PieService.Domain.Statistics;

/// <summary>The p value of one example, with its distribution under the null hypothesis.</summary>
/// <param name="P">In (0, 1].</param>
/// <param name="Null">The same object for every example with the same distribution, so that sums over examples can be
/// sums over distributions.</param>
public readonly record struct TestedVotes(double P, NullDistribution Null);
