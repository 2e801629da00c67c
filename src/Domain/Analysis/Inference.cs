using PieService.Domain.Pies;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Analysis;

/// <summary>What the numbers of a comparison speak about, which depends on how its runs differ.</summary>
/// <param name="Replication">How the runs of a cohort differ; none for one model against one.</param>
/// <param name="Of">What the numbers say.</param>
/// <param name="NotOf">What they do not say.</param>
public sealed record Inference(ReplicationKind Replication, string Of, string NotOf)
{
    /// <param name="replication">Of the sweep.</param>
    public static Inference For(ReplicationKind replication, ComparedCohorts cohorts) =>
        (cohorts.IsOneAgainstOne ? ReplicationKind.None : replication) switch
        {
            ReplicationKind.None => new(
                ReplicationKind.None,
                "These two models on other examples of this kind: flips, the change of accuracy, and whether it is "
                    + "within a margin. A PIE is an example to which they give different answers.",
                "The method by which one model was made of the other, and models of other seeds. One run is not a "
                    + "vote, so examples have no p and q values."),
            ReplicationKind.Training when cohorts.Dense == 1 => new(
                ReplicationKind.Training,
                "This one run of the baseline, against compressed models that are trained in the same way with other "
                    + "seeds.",
                "Other runs of the baseline: it is not known how many examples these answer differently. Other recipes "
                    + "and other data."),
            ReplicationKind.Training => new(
                ReplicationKind.Training,
                "Models that are trained in the same way with other seeds.",
                "Other recipes and other data."),
            ReplicationKind.Evaluation when cohorts.Dense == 1 => new(
                ReplicationKind.Evaluation,
                "This one evaluation of the baseline, against the compressed model when it is evaluated again.",
                "Other evaluations of the baseline: their noise is not known, so noiseFlips is null. Models that are "
                    + "trained with other seeds: each cohort is one model."),
            ReplicationKind.Evaluation => new(
                ReplicationKind.Evaluation,
                "These models when they are evaluated again. noiseFlips is the noise of an evaluation of the baseline, "
                    + "and the excess is what the models differ by beyond the noise of evaluations.",
                "Models that are trained with other seeds: each cohort is one model."),
            ReplicationKind.Setting => new(
                ReplicationKind.Setting,
                "These settings: how much the answers differ between the baseline and each of them, on average, and "
                    + "by how many of them an example is changed (settings).",
                "Other settings, because these are not a random sample: p and q values, intervals over runs and "
                    + "expected numbers treat them as one."),
        };
}
