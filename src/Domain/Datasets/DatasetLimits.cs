namespace PieService.Domain.Datasets;

/// <summary>The largest values that a dataset's definition and its files may have.</summary>
public static class DatasetLimits
{
    public const int MaxLabels = 10_000;

    /// <summary>Characters of the separator between two labels.</summary>
    public const int MaxSeparator = 10;

    /// <summary>Characters of the separator between the texts of several columns.</summary>
    public const int MaxTextSeparator = 20;

    /// <summary>Columns whose texts are joined.</summary>
    public const int MaxTextColumns = 20;

    /// <summary>Columns whose values are kept as attributes of the examples.</summary>
    public const int MaxAttributes = 20;

    /// <summary>Characters of the value of an attribute.</summary>
    public const int MaxAttributeValue = 200;

    /// <summary>Labels whose examples are dropped.</summary>
    public const int MaxDropped = 100;

    /// <summary>Examples of a split whose number is given; PIE_DATASET_EXAMPLES is not larger.</summary>
    public const int MaxExamples = 100_000_000;
    public const int MaxMinimumDocuments = 1_000_000;
}
