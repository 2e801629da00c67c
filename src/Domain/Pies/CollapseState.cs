using System.Text.Json.Serialization;

namespace PieService.Domain.Pies;

/// <summary>How many runs of a cohort have collapsed.</summary>
public enum CollapseState
{
    [JsonStringEnumMemberName("none")] None,
    [JsonStringEnumMemberName("some")] Some,

    /// <summary>More than half: the majority vote has nothing to do with the texts.</summary>
    [JsonStringEnumMemberName("most")] Most,
    [JsonStringEnumMemberName("all")] All,
}

public static class CollapseStates
{
    public static CollapseState Of(int collapsed, int runs) =>
        collapsed == 0 ? CollapseState.None
        : collapsed == runs ? CollapseState.All
        : 2 * collapsed > runs ? CollapseState.Most
        : CollapseState.Some;
}
