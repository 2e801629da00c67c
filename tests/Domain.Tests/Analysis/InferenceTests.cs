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
        var inference = Inference.For(replication, new(1, 3, Paired: false, Imported: true));

        Assert.Equal(replication, inference.Replication);
        Assert.Contains(words, inference.Of, StringComparison.Ordinal);
    }
}
