using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets;

/// <summary>
/// Whether a text has exactly one label or any number of labels: stated by the client, never guessed from the data.
/// </summary>
public enum LearningTask
{
    [JsonStringEnumMemberName("singleLabel")] SingleLabel,
    [JsonStringEnumMemberName("multiLabel")] MultiLabel,
}
