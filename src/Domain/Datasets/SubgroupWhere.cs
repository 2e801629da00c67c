using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets;

/// <summary>The conditions of a subgroup, all of which an example must meet. A condition that is null is met.</summary>
public sealed record SubgroupWhere
{
    /// <summary>A part of the text, or of one of the texts of a pair; upper and lower case are the same.</summary>
    public string? Contains { get; init; }

    /// <summary>The name of a gold label; of multi-label data, of one of the gold labels.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// The smallest number of words; of a pair, of both texts together. Words are parts between white space that have a
    /// letter or a digit.
    /// </summary>
    public int? MinWords { get; init; }

    /// <summary>The largest number of words.</summary>
    public int? MaxWords { get; init; }

    /// <summary>The name of an attribute of the dataset, whose value must be that of equals.</summary>
    public string? Attribute { get; init; }

    /// <summary>The value of the attribute, exactly as written.</summary>
    [JsonPropertyName("equals")] public string? AttributeValue { get; init; }

    internal bool HasWords => MinWords is not null || MaxWords is not null;

    /// <summary>Whether the conditions can be checked only with the texts of an example.</summary>
    internal bool NeedsTexts => Contains is not null || HasWords;
}
