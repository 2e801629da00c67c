namespace PieService.Domain.Datasets;

/// <summary>The attributes of an example as they are stored.</summary>
internal static class AttributeValues
{
    /// <param name="names">The names of the attributes; null if the dataset has none.</param>
    /// <param name="values">Their values in the same order; null or empty if there is no value.</param>
    /// <returns>The values by name; null if the example has none.</returns>
    public static IReadOnlyDictionary<string, string>? Of(
        IEnumerable<string>? names, IEnumerable<string?>? values)
    {
        if (names is null || values is null) return null;
        var known = names.Zip(values).Where(pair => !string.IsNullOrEmpty(pair.Second))
            .ToDictionary(pair => pair.First, pair => pair.Second!, StringComparer.Ordinal);
        return known.Count == 0 ? null : known;
    }
}
