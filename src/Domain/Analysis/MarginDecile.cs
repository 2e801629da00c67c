namespace PieService.Domain.Analysis;

/// <summary>The answers that pruning changes among the examples of a similar margin of the dense model.</summary>
/// <param name="Examples">The number of examples whose margins are in this decile; equal margins are in one.</param>
/// <param name="Changed">The number of them whose answers changed; for several pairs of runs the mean.</param>
public sealed record MarginDecile(int Examples, double Changed)
{
    /// <summary>Changed / examples, in [0, 1]; null if there are no examples.</summary>
    public double? Share => Examples == 0 ? null : Changed / Examples;
}
