using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets.Texts;

/// <summary>The text of an example that is measured; without pairs, joined and first are the text.</summary>
public enum PairPart
{
    /// <summary>Both texts of a pair as one, with a space between them.</summary>
    [JsonStringEnumMemberName("joined")] Joined,
    [JsonStringEnumMemberName("first")] First,
    [JsonStringEnumMemberName("second")] Second,
}
