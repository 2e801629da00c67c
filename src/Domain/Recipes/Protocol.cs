using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>
/// The rules of the training: the corrected rules (sound), or the rules of the published code including its
/// peculiarities (paper).
/// </summary>
public enum Protocol
{
    [JsonStringEnumMemberName("sound")] Sound,
    [JsonStringEnumMemberName("paper")] Paper,
}
