using System.Text.Json.Serialization;
using PieService.Domain.Datasets;

namespace PieService.Domain.Foreign;

/// <summary>What the predictions of an import are about.</summary>
public enum ForeignTask
{
    [JsonStringEnumMemberName("singleLabel")] SingleLabel,
    [JsonStringEnumMemberName("multiLabel")] MultiLabel,

    /// <summary>
    /// Open answers that an evaluation judged: the labels are <c>right</c> and <c>wrong</c>, the gold label is right.
    /// </summary>
    [JsonStringEnumMemberName("correctness")] Correctness,
}

public static class ForeignTasks
{
    /// <summary>The label of a right answer, and of a wrong one, of a correctness task.</summary>
    public const string Right = "right", Wrong = "wrong";

    /// <summary>
    /// The task of an existing dataset. A dataset with the labels of a correctness task, all of whose gold labels are
    /// <see cref="Right"/>, was made by an import of that task, or cannot be told from one.
    /// </summary>
    public static ForeignTask Of(Dataset dataset, Split split) => dataset.Task switch
    {
        LearningTask.MultiLabel => ForeignTask.MultiLabel,
        LearningTask.SingleLabel when dataset.Labels is [Right, Wrong]
            && dataset.Splits.FirstOrDefault(of => of.Split == split) is { PerLabel: [> 0, 0] } =>
            ForeignTask.Correctness,
        LearningTask.SingleLabel => ForeignTask.SingleLabel,
    };

    public static LearningTask Learning(this ForeignTask task) => task switch
    {
        ForeignTask.SingleLabel or ForeignTask.Correctness => LearningTask.SingleLabel,
        ForeignTask.MultiLabel => LearningTask.MultiLabel,
    };
}
