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

    public static LearningTask Learning(this ForeignTask task) => task switch
    {
        ForeignTask.SingleLabel or ForeignTask.Correctness => LearningTask.SingleLabel,
        ForeignTask.MultiLabel => LearningTask.MultiLabel,
    };
}
