using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Analysis;

public class InferenceTests
{
    [Theory]
    [InlineData(ReplicationKind.Training)]
    [InlineData(ReplicationKind.Evaluation)]
    [InlineData(ReplicationKind.Setting)]
    public void One_model_against_one_speaks_of_these_two_however_runs_would_differ(ReplicationKind replication)
    {
        var inference = Inference.For(replication, ComparedCohorts.OfSeeds(1));

        Assert.Equal(ReplicationKind.None, inference.Replication);
        Assert.StartsWith("These two models", inference.Of, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReplicationKind.Training, "other seeds")]
    [InlineData(ReplicationKind.Evaluation, "evaluated again")]
    [InlineData(ReplicationKind.Setting, "These settings")]
    public void Several_runs_speak_of_what_they_repeat(ReplicationKind replication, string words)
    {
        var inference = Inference.For(replication, new(2, 3, Paired: false) { Kind = CohortKind.Foreign });

        Assert.Equal(replication, inference.Replication);
        Assert.Contains(words, inference.Of, StringComparison.Ordinal);
    }

    /// <summary>One run has no noise of its own, so noiseFlips is null.</summary>
    [Theory]
    [InlineData(ReplicationKind.Training, "This one run of the baseline", "Other runs of the baseline")]
    [InlineData(ReplicationKind.Evaluation, "This one evaluation of the baseline", "noiseFlips is null")]
    [InlineData(ReplicationKind.Setting, "These settings", "Other settings")]
    public void One_run_of_the_baseline_does_not_speak_of_its_other_runs(
        ReplicationKind replication, string words, string notOf)
    {
        var inference = Inference.For(replication, new(1, 8, Paired: false) { Kind = CohortKind.Foreign });

        Assert.Equal(replication, inference.Replication);
        Assert.StartsWith(words, inference.Of, StringComparison.Ordinal);
        Assert.DoesNotContain("noiseFlips", inference.Of, StringComparison.Ordinal);
        Assert.Contains(notOf, inference.NotOf, StringComparison.Ordinal);
    }
}
