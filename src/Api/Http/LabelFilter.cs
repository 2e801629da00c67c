namespace PieService.Api.Http;

public static class LabelFilter
{
    private const int MostNamed = 50;

    /// <summary>Returns the index of the class with this label; null if there is no filter.</summary>
    /// <param name="field">The name of the query parameter that contains the label.</param>
    /// <exception cref="InvalidRequestException">The dataset has no such label.</exception>
    public static short? ClassOf(string? label, string[] labels, string field = "label")
    {
        if (label is null) return null;
        var index = Array.IndexOf(labels, label);
        if (index >= 0) return (short)index;
        throw new InvalidRequestException([new(field, $"is not a label of this dataset; it has {Listed(labels)}")]);
    }

    /// <summary>The first 50 of the names that a filter can have.</summary>
    public static string Listed(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MostNamed)) + (names.Count > MostNamed ? ", …" : "");
}
