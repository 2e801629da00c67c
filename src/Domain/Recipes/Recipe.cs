using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>Everything that decides a trained model except the seed.</summary>
/// <param name="DatasetHash">The dataset's content hash.</param>
/// <param name="Vectors">The name of the word vectors; null if the embedding is trained.</param>
/// <param name="Method">How it is pruned.</param>
/// <param name="Sparsity">Share of the prunable weights removed, in percent: 0 for dense, else in (0, 100).</param>
/// <param name="Scope">The set over which weights are ranked: each tensor alone, or all tensors together.</param>
/// <param name="Checkpoint">Name of the pretrained checkpoint that a BERT starts from; null for a BiLSTM.</param>
public sealed record Recipe(
    string DatasetHash,
    Architecture Architecture,
    string? Vectors,
    Hyperparameters Hyperparameters,
    Protocol Protocol,
    Method Method,
    decimal Sparsity,
    PruningScope Scope = PruningScope.LayerWise,
    string? Checkpoint = null)
{
    /// <summary>
    /// The same training without pruning: the baseline of its comparisons, and the trunk of its branches.
    /// </summary>
    [JsonIgnore]
    public Recipe Dense =>
        this with { Method = Method.Dense, Sparsity = 0, Scope = PruningScope.LayerWise };

    [JsonIgnore] public PruningPlan Plan => PruningPlan.For(Method, Hyperparameters.Epochs, Protocol);
}
