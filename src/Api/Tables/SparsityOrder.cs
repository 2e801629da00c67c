using System.Text.Json.Serialization;

namespace PieService.Api.Tables;

/// <summary>How what a sweep asked for is listed.</summary>
public enum SparsityOrder
{
    /// <summary>As the sweep asked for it.</summary>
    [JsonStringEnumMemberName("request")] Request,

    /// <summary>The least pruned first, what has no result last.</summary>
    [JsonStringEnumMemberName("achievedSparsity")] AchievedSparsity,
}
