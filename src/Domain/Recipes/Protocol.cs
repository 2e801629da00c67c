using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>Whose rules a training follows: the corrected ones, or those of the published code, quirks included.</summary>
public enum Protocol
{
    [JsonStringEnumMemberName("sound")] Sound,
    [JsonStringEnumMemberName("paper")] Paper,
}
