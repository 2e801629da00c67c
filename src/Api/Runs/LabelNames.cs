using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Api.Runs;

/// <summary>
/// The names of the labels of packed examples. Those of single-label data are made once for each label.
/// </summary>
internal sealed class LabelNames(string[] labels)
{
    private readonly string[][] single = [.. labels.Select(label => new[] { label })];

    public IReadOnlyList<string> Of(PackedLabels packed, int example) => packed.Task switch
    {
        LearningTask.SingleLabel => single[packed.ClassAt(example)],
        LearningTask.MultiLabel => [.. packed.ClassesAt(example).Select(c => labels[c])],
    };
}
