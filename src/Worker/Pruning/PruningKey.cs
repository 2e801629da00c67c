namespace PieService.Worker.Pruning;

/// <summary>What chance in pruning depends on.</summary>
/// <param name="Seed">The run's.</param>
/// <param name="Step">1 to the number of pruning steps.</param>
/// <param name="Tensor">The parameter's name.</param>
public readonly record struct PruningKey(int Seed, int Step, string Tensor);
