namespace PieService.Domain.Datasets;

/// <summary>The largest values that a dataset's definition and its files may have.</summary>
public static class DatasetLimits
{
    public const int MaxLabels = 10_000;

    /// <summary>Characters of the separator between two labels.</summary>
    public const int MaxSeparator = 10;
    public const int MaxMinimumDocuments = 1_000_000;
}
