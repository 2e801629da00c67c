using PieService.Domain.Recipes;
using PieService.Worker.Training;

namespace PieService.Worker.Pruning;

/// <summary>
/// Prunes where the recipe's plan says so, protocol sound. It acts before an epoch, not after one: so a checkpoint is
/// always the unpruned end of its epoch, and a run that goes on from one prunes exactly as the run that wrote it.
/// </summary>
public sealed class Pruner : ITrainingHook
{
    private readonly Recipe recipe;
    private readonly PruningRule rule;
    private readonly int seed;
    private readonly ParameterBuffer parameters;
    private readonly Adam optimizer;
    private readonly ImpactGradient impactGradient;
    private readonly float[]? initialValues;

    /// <remarks>Takes the present values for the initial ones: make it before a checkpoint is read.</remarks>
    public Pruner(Recipe recipe, int seed, ParameterBuffer parameters, Adam optimizer, ImpactGradient impactGradient)
    {
        (this.recipe, this.seed, this.parameters, this.optimizer, this.impactGradient) =
            (recipe, seed, parameters, optimizer, impactGradient);
        rule = PruningRule.Of(recipe.Method) ?? throw new ArgumentException("A dense recipe prunes nothing.", nameof(recipe));
        initialValues = rule.Rewinds ? parameters.CopyValues() : null;
    }

    public void BeforeEpoch(int epochsDone)
    {
        var steps = recipe.Plan.PruneAfter;
        for (var step = 1; step <= steps.Count; step++)
            if (steps[step - 1] == epochsDone) Prune(step, steps.Count);
    }

    public void AfterEpoch(int epochsDone, EpochMetric train)
    {
    }

    private void Prune(int step, int steps)
    {
        var values = parameters.CopyValues();
        var gradients = rule.Score == PruningScore.Impact ? impactGradient.Of(step) : [];
        parameters.Prune(parameters.Segments.Where(segment => segment.IsPrunable).ToDictionary(
            segment => segment.Name,
            segment =>
            {
                var key = new PruningKey(seed, step, segment.Name);
                var weights = Slice(values, segment);
                var scores = rule.Score switch
                {
                    PruningScore.Magnitude => WeightScores.Magnitude(weights),
                    PruningScore.Impact => WeightScores.Impact(weights, Slice(gradients, segment)),
                    PruningScore.Random => WeightScores.Random(segment.Size, key),
                };
                var pruned = PruningPlan.PrunedCount(segment.Size, recipe.Sparsity, step, steps);
                return LowestScores.Prune(parameters.Masks[segment.Name], scores, weights, pruned, key);
            }));
        if (initialValues is not null) Rewind(initialValues);
    }

    /// <summary>Everything starts again, but what is pruned stays pruned (study 1.8).</summary>
    private void Rewind(float[] initial)
    {
        parameters.SetValues(initial);
        parameters.MaskValues();
        optimizer.Clear();
    }

    private static ReadOnlySpan<float> Slice(float[] flat, ParameterBuffer.Segment segment) => flat.AsSpan(segment.Offset, segment.Size);
}
