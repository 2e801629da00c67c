using PieService.Domain.Recipes;
using PieService.Worker.Training;

namespace PieService.Worker.Pruning;

/// <summary>
/// Prunes when the recipe's plan requires it, by the rule of its protocol. It prunes before an epoch and not after one:
/// so a checkpoint always has the state at the end of its epoch before pruning, and a run that resumes from it prunes
/// exactly as the run that wrote it.
/// </summary>
public sealed class Pruner : ITrainingHook
{
    private readonly Recipe recipe;
    private readonly PruningRule rule;
    private readonly int seed;
    private readonly ParameterBuffer parameters;
    private readonly Adam optimizer;
    private readonly ImpactGradient impactGradient;
    private readonly PruningRecord record;
    private readonly float[]? initialValues;

    /// <remarks>Uses the present values as the initial ones: create it before a checkpoint is loaded.</remarks>
    public Pruner(
        Recipe recipe, int seed, ParameterBuffer parameters, Adam optimizer, ImpactGradient impactGradient,
        PruningRecord record)
    {
        (this.recipe, this.seed, this.parameters, this.optimizer, this.impactGradient, this.record) =
            (recipe, seed, parameters, optimizer, impactGradient, record);
        rule = PruningRule.Of(recipe.Method)
            ?? throw new ArgumentException("A dense recipe has no pruning plan.", nameof(recipe));
        initialValues = rule.Rewinds ? parameters.CopyValues() : null;
    }

    public void BeforeEpoch(int epochsDone)
    {
        var steps = recipe.Plan.PruneAfter;
        for (var step = 1; step <= steps.Count; step++)
            if (steps[step - 1] == epochsDone) record.Measure(epochsDone, () => Prune(epochsDone, step, steps.Count));
    }

    /// <exception cref="UntrainableException">The score of a weight is not a number.</exception>
    private void Prune(int epochsDone, int step, int steps)
    {
        var values = parameters.CopyValues();
        var gradients = rule.Score == PruningScore.Impact ? impactGradient.Of(step) : [];
        var masks = new Dictionary<string, Mask>(StringComparer.Ordinal);
        foreach (var (name, tensors) in RankedTogether())
        {
            var mask = Mask.Of([.. tensors.SelectMany(tensor => parameters.Masks[tensor.Name].Values.ToArray())]);
            var weights = Gather(values, tensors);
            var key = new PruningKey(seed, step, name);
            var scores = rule.Score switch
            {
                PruningScore.Magnitude => WeightImportance.Magnitude(weights),
                PruningScore.Impact => WeightImportance.Impact(weights, Gather(gradients, tensors)),
                PruningScore.Random => WeightImportance.Random(weights.Length, key),
            };
            for (var i = 0; i < scores.Length; i++)
                if (mask.Keeps(i) && !double.IsFinite(scores[i]))
                    throw UntrainableException.NoScore(epochsDone, name, scores[i]);
            var kept = Choose(mask, scores, weights, step, steps, key).Values.Span;
            foreach (var tensor in tensors)
            {
                masks.Add(tensor.Name, Mask.Of(kept[..tensor.Size]));
                kept = kept[tensor.Size..];
            }
        }
        parameters.Prune(masks);
        if (initialValues is not null) Rewind(initialValues);
    }

    /// <summary>The tensors that share one ranking, and the name of the ranking.</summary>
    private IEnumerable<(string Name, ParameterBuffer.Segment[] Tensors)> RankedTogether()
    {
        var prunable = parameters.Segments.Where(segment => segment.IsPrunable).ToArray();
        return recipe.Scope switch
        {
            PruningScope.LayerWise => prunable.Select(tensor => (tensor.Name, new[] { tensor })),
            PruningScope.Global => [("global", prunable)],
        };
    }

    private Mask Choose(Mask mask, double[] scores, float[] weights, int step, int steps, PruningKey key)
    {
        if (recipe.Protocol == Protocol.Sound)
            return LowestScores.Prune(
                mask, scores, weights, PruningPlan.PrunedCount(mask.Size, recipe.Sparsity, step, steps), key);

        var percent = PublishedSchedule.PercentPerStep(recipe.Sparsity, steps);
        return rule.Score == PruningScore.Random
            ? LowestScores.Prune(
                mask, scores, weights, mask.Pruned + PublishedThreshold.RandomCount(mask.Kept, percent), key)
            : PublishedThreshold.Prune(mask, scores, percent);
    }

    /// <summary>
    /// Weights return to their initial values and the optimizer is cleared, but pruned weights stay pruned.
    /// </summary>
    private void Rewind(float[] initial)
    {
        parameters.SetValues(initial);
        parameters.MaskValues();
        optimizer.Clear();
    }

    private static float[] Gather(float[] flat, ParameterBuffer.Segment[] tensors)
    {
        var (gathered, next) = (new float[tensors.Sum(tensor => tensor.Size)], 0);
        foreach (var tensor in tensors)
        {
            flat.AsSpan(tensor.Offset, tensor.Size).CopyTo(gathered.AsSpan(next));
            next += tensor.Size;
        }
        return gathered;
    }
}
