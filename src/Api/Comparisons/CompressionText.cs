using System.Globalization;

namespace PieService.Api.Comparisons;

/// <summary>How a cohort of imported predictions was compressed, as a text.</summary>
public static class CompressionText
{
    /// <returns>Null if neither the words nor the bits of a weight are known.</returns>
    public static string? Of(string? compression, double? bits) =>
        compression ?? (bits is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known} bits") : null);
}
