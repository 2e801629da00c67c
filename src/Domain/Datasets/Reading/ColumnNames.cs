namespace PieService.Domain.Datasets.Reading;

internal static class ColumnNames
{
    /// <summary>Enough to see a mistake in a mapping; a wrong file can have any number of columns of any length.</summary>
    public static string Listed(IEnumerable<string> names)
    {
        var first = names.Take(21).Select(name => name.Length > 50 ? $"'{name[..50]}…'" : $"'{name}'").ToList();
        return first.Count == 0 ? "none" : string.Join(", ", first.Take(20)) + (first.Count > 20 ? ", …" : "");
    }
}
