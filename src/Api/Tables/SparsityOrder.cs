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

/// <summary>Where an item stands in either order.</summary>
public sealed record SparsityPlace(double AchievedSparsity, int Ordinal)
{
    /// <summary>Of an item without a result: after all that have one.</summary>
    public const double Last = double.MaxValue;
}
