using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets;

public enum Split
{
    [JsonStringEnumMemberName("train")] Train,
    [JsonStringEnumMemberName("validation")] Validation,
    [JsonStringEnumMemberName("test")] Test,
}
