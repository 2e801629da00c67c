namespace PieService.Api.Figures;

/// <summary>Labels that are separated by commas, of which some may have commas themselves.</summary>
public static class SeparatedLabels
{
    /// <summary>The longest label at each place; what is not a label is left as it is, up to the next comma.</summary>
    public static IEnumerable<string> Of(string names, string[] labels)
    {
        var known = labels.ToHashSet(StringComparer.Ordinal);
        var most = labels.Max(label => label.Count(character => character == ',')) + 1;
        var parts = names.Split(',');
        for (var first = 0; first < parts.Length;)
        {
            var count = Enumerable.Range(1, Math.Min(most, parts.Length - first)).LastOrDefault(
                count => known.Contains(string.Join(',', parts, first, count)), 1);
            yield return string.Join(',', parts, first, count);
            first += count;
        }
    }
}
