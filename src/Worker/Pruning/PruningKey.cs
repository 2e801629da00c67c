namespace PieService.Worker.Pruning;

/// <summary>The values on which randomness in pruning depends.</summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Step">1 to the number of pruning steps.</param>
/// <param name="Tensor">The name of the parameter.</param>
public readonly record struct PruningKey(int Seed, int Step, string Tensor);
