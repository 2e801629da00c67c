namespace PieService.Api.Http;

public static class LabelFilter
{
    private const int MostNamed = 50;

    /// <summary>The class that a label's name stands for; null where none is asked for.</summary>
    /// <param name="field">That asks for it.</param>
    /// <exception cref="InvalidRequestException">The dataset has no such label.</exception>
    public static short? ClassOf(string? label, string[] labels, string field = "label")
    {
        if (label is null) return null;
        var index = Array.IndexOf(labels, label);
        return index >= 0
            ? (short)index
            : throw new InvalidRequestException([new(field, $"is not a label of this dataset; it has {string.Join(", ", labels.Take(MostNamed))}{(labels.Length > MostNamed ? ", …" : "")}")]);
    }
}
