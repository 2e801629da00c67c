using PieService.Api.Comparisons;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Comparisons;

/// <summary>Which cohorts of imported predictions are points of one trajectory.</summary>
public sealed class ImportedTrajectoryTests
{
    [Theory]
    [InlineData("GPTQ 4 bit", "GPTQ 3-bit", "GPTQ")]
    [InlineData("int8", "int4", "int")]
    [InlineData("W8A16 AWQ", "W4A16 AWQ", "W A16 AWQ")]
    [InlineData("GPTQ 4 bits, group 32", "GPTQ 3 bits, group 32", "GPTQ , group 32")]
    [InlineData("Q4_K_M", "Q3_K_M", "Q _K_M")]
    public void Compressions_that_differ_in_their_bits_are_one_trajectory(
        string first, string second, string compression)
    {
        var trajectory = Assert.Single(ExampleTrajectory.Of([Of(first, bits: 8), Of(second, bits: 4)]));

        Assert.Equal((compression, TrajectoryScale.Bits), (trajectory.Compression, trajectory.By));
        Assert.Equal([8.0, 4.0], trajectory.Points.Select(point => point.Bits));
    }

    [Theory]
    [InlineData("GPTQ 4 bit group 32", "GPTQ 3 bit group 128")]
    [InlineData("quip v1", "quip v2")]
    [InlineData("2:4", "4:8")]
    [InlineData("llama-7b", "llama-13b")]
    public void Compressions_that_differ_in_another_number_are_several_trajectories(string first, string second) =>
        Assert.Equal(
            [1, 1],
            ExampleTrajectory.Of([Of(first, bits: 8), Of(second, bits: 4)]).Select(path => path.Points.Count));

    [Fact]
    public void Cohorts_with_the_same_bits_are_grouped_by_their_whole_compressions() => Assert.Equal(
        ["AWQ 4 bit", "AWQ 4-bit"],
        ExampleTrajectory.Of([Of("AWQ 4 bit", bits: 4), Of("AWQ 4-bit", bits: 4)]).Select(path => path.Compression));

    [Fact]
    public void Cohorts_with_the_same_sparsity_are_grouped_by_their_whole_compressions() => Assert.Equal(
        [("Wanda 50 %", 1), ("Wanda 50%", 2)],
        ExampleTrajectory.Of(
            [Of("Wanda 50 %", sparsity: 50), Of("Wanda 50%", sparsity: 50), Of("Wanda 50%", sparsity: 60)])
            .Select(path => (path.Compression, path.Points.Count)));

    [Fact]
    public void A_sparsity_that_is_not_known_is_null()
    {
        Assert.Null(Assert.Single(Assert.Single(ExampleTrajectory.Of([Of("int4", bits: 4)])).Points).Sparsity);
        Assert.Equal(
            0, Assert.Single(Assert.Single(ExampleTrajectory.Of([Of("none", sparsity: 0)])).Points).Sparsity);
    }

    private static (Comparison, PieLabel) Of(string compression, double? bits = null, decimal? sparsity = null) => (
        new Comparison
        {
            Model = "llama",
            Method = Method.External,
            Baseline = Method.External,
            Sparsity = sparsity ?? 0,
            AchievedSparsity = (double?)sparsity,
            DenseFingerprint = "dense",
            PrunedFingerprint = "pruned",
            Cohort = compression,
            Compression = compression,
            Bits = bits,
            IsComplete = true,
        },
        new PieLabel
        {
            DenseVotes = Packed(2, 1),
            PrunedVotes = Packed(1, 2),
            DenseRuns = 3,
            PrunedRuns = 3,
            DenseMode = 0,
            PrunedMode = 1,
        });

    private static byte[] Packed(params int[] votes)
    {
        var packed = new byte[2 * votes.Length];
        PackedVotes.Pack(votes, packed);
        return packed;
    }
}
