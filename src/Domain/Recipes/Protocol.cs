using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>The rules of a training: the corrected ones, or those of the published code with its errors.</summary>
public enum Protocol
{
    [JsonStringEnumMemberName("sound")] Sound,
    [JsonStringEnumMemberName("paper")] Paper,
}
