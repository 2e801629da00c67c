using System.ComponentModel.DataAnnotations;
using PieService.Domain.Datasets;

namespace PieService.Domain.Foreign;

/// <summary>The dataset of an import: an existing one, or one that is made of the files.</summary>
public sealed record ForeignDataset
{
    /// <summary>An existing dataset; null to make one of the files.</summary>
    public Guid? Id { get; init; }

    /// <summary>How examples are found in an existing dataset; by default by their ids in the source.</summary>
    public ExampleMatch? Match { get; init; }

    /// <summary>Whether the files have the examples.</summary>
    public bool FromFiles { get; init; }

    /// <summary>The name of the dataset that is made of the files.</summary>
    [StringLength(200, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>The task of the dataset that is made of the files.</summary>
    public ForeignTask? Task { get; init; }

    /// <summary>The labels in their order, which decides ties; by default those of the files, sorted.</summary>
    [Length(1, DatasetLimits.MaxLabels)] public IReadOnlyList<string>? Labels { get; init; }
}
