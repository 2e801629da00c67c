namespace PieService.Domain.Analysis;

/// <summary>Examples that have the same votes.</summary>
/// <param name="Dense">The dense runs that predict each of the C labels.</param>
/// <param name="Pruned">The pruned runs that predict it.</param>
/// <param name="Examples">The number of these examples.</param>
public sealed record VotedAlike(int[] Dense, int[] Pruned, int Examples);
