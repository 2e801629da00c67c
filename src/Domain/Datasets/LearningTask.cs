using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets;

/// <summary>
/// The learning task: a text has exactly one label (singleLabel) or any number of labels (multiLabel). The client
/// states it; it is never inferred from the data.
/// </summary>
public enum LearningTask
{
    [JsonStringEnumMemberName("singleLabel")] SingleLabel,
    [JsonStringEnumMemberName("multiLabel")] MultiLabel,
}
