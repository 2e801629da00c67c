using System.Text.Json.Serialization;

namespace PieService.Api.Tables;

/// <summary>In which order the results of a sweep are listed.</summary>
public enum SparsityOrder
{
    /// <summary>In the order of the sweep's request.</summary>
    [JsonStringEnumMemberName("request")] Request,

    /// <summary>The least pruned first, those without a result last.</summary>
    [JsonStringEnumMemberName("achievedSparsity")] AchievedSparsity,
}

public static class AchievedSparsity
{
    /// <summary>Stands for the sparsity of what has no result: greater than all others.</summary>
    public const double Missing = double.MaxValue;
}
