using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Sweeps;

public class SweepExpansionTests
{
    private static readonly PlannedSweep Plan = SweepExpansion.Expand(Requests.Valid, "sha256:d");

    [Fact]
    public void A_sweep_has_the_dense_cohort_and_one_for_each_method_and_sparsity() => Assert.Equal(
        ["dense 0", "IMP 50", "IMP 90", "MP-AI 50", "MP-AI 90"],
        Plan.Runs.Select(run => $"{Wire.Name(run.Recipe.Method)} {run.Recipe.Sparsity}").Distinct());

    [Fact]
    public void Every_cohort_has_every_seed_and_its_runs_are_consecutive() => Assert.Equal(
        Enumerable.Repeat(new[] { 3, 4 }, 5).SelectMany(seeds => seeds),
        Plan.Runs.OrderBy(run => run.Ordinal).Select(run => run.Seed));

    [Fact]
    public void Only_iterative_methods_branch_from_the_dense_run() => Assert.All(Plan.Runs, run =>
        Assert.Equal(
            run.Recipe.Method == Method.Imp ? RecipeFingerprint.Of(run.Recipe.Dense) : null, run.TrunkFingerprint));

    [Fact]
    public void Each_pruned_cohort_is_compared_with_the_dense_one()
    {
        Assert.Equal(4, Plan.Comparisons.Count);
        Assert.All(Plan.Comparisons, comparison => Assert.Equal(Plan.Runs[0].Fingerprint, comparison.DenseFingerprint));
        Assert.Equal([0, 1, 2, 3], Plan.Comparisons.Select(comparison => comparison.Ordinal));
    }

    [Fact]
    public void Extra_dense_seeds_only_add_runs_of_the_dense_recipe()
    {
        var plan = SweepExpansion.Expand(Requests.Valid with { ExtraDenseSeeds = 3 }, "sha256:d");

        Assert.Equal(
            [3, 4, 5, 6, 7], plan.Runs.Where(run => run.Recipe.Method == Method.Dense).Select(run => run.Seed));
        Assert.All(plan.Runs.Where(run => run.Recipe.Method != Method.Dense), run => Assert.InRange(run.Seed, 3, 4));
        Assert.Equal(Plan.Comparisons, plan.Comparisons);
    }

    [Fact]
    public void A_dense_control_of_4E_epochs_is_a_branch_and_a_second_baseline_of_each_pruned_cohort()
    {
        var plan = SweepExpansion.Expand(Requests.Valid with { ComputeMatchedDense = true }, "sha256:d");

        var control = plan.Runs.Where(run => run.Recipe.Method == Method.Dense4E).ToList();
        Assert.Equal([3, 4], control.Select(run => run.Seed));
        Assert.All(control, run => Assert.Equal(
            (4 * run.Recipe.Hyperparameters.Epochs, run.Recipe.Hyperparameters.Epochs, plan.Runs[0].Fingerprint),
            (run.Recipe.Plan.TotalEpochs, run.Recipe.Plan.SharedEpochs, run.TrunkFingerprint!)));
        Assert.Equal(8, plan.Comparisons.Count);
        Assert.Equal(
            4, plan.Comparisons.Count(
                comparison =>
                    comparison.Baseline == Method.Dense4E && comparison.DenseFingerprint == control[0].Fingerprint));
        Assert.Equal(
            4, plan.Comparisons.Count(
                comparison =>
                    comparison.Baseline == Method.Dense && comparison.DenseFingerprint == plan.Runs[0].Fingerprint));
    }

    [Fact]
    public void Every_model_has_its_own_dense_cohort()
    {
        var two = Requests.Valid with
        {
            Models =
            [
                new ModelRequest { Architecture = Architecture.BiLstm },
                new ModelRequest
                {
                    Name = "wide",
                    Architecture = Architecture.BiLstm,
                    Hyperparameters = new Hyperparameters(HiddenSize: 200),
                },
            ],
        };

        var plan = SweepExpansion.Expand(two, "sha256:d");

        Assert.Equal(20, plan.Runs.Count);
        Assert.Equal(2, plan.Comparisons.Select(comparison => comparison.DenseFingerprint).Distinct().Count());
        Assert.Equal(["bilstm", "wide"], plan.Comparisons.Select(comparison => comparison.Model).Distinct());
    }

    [Fact]
    public void Without_methods_there_are_dense_runs_and_no_comparisons()
    {
        var plan = SweepExpansion.Expand(Requests.Valid with { Methods = [], Sparsities = null }, "sha256:d");

        Assert.Equal(2, plan.Runs.Count);
        Assert.Empty(plan.Comparisons);
    }
}
