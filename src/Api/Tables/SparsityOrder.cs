using System.Text.Json.Serialization;

namespace PieService.Api.Tables;

/// <summary>The order in which the results of a sweep are listed.</summary>
public enum SparsityOrder
{
    /// <summary>The order of the sweep's request.</summary>
    [JsonStringEnumMemberName("request")] Request,

    /// <summary>The least pruned first, rows without a result last.</summary>
    [JsonStringEnumMemberName("achievedSparsity")] AchievedSparsity,
}

public static class AchievedSparsity
{
    /// <summary>The sparsity by which a row without a result is sorted; it is greater than all others.</summary>
    public const double Missing = double.MaxValue;
}
