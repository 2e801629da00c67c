using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// The samples of lm-evaluation-harness (--log_samples): JSON lines or, up to version 0.4.2, a JSON array. A document
/// has a row for each filter, and those of one filter are read.
/// </summary>
internal static class LmEvalRecords
{
    private const string NoFilter = "none";

    public static IEnumerable<ForeignRecord> Of(ForeignSource source)
    {
        if (source.Task == ForeignTask.MultiLabel)
            throw source.Error(null, null, "has one answer for each document; the task cannot be multiLabel");
        var filter = source.File.Filter ?? OnlyFilter(source);
        var (found, others) = (false, new HashSet<string>(StringComparer.Ordinal));
        foreach (var record in Rows(source, row => Record(row, source, filter, others)))
        {
            if (record is null) continue;
            found = true;
            yield return record;
        }
        if (!found && others.Count > 0)
            throw source.Error(
                null, "filter", $"has no row of the filter '{filter}'; it has {ColumnNames.Listed(others)}");
    }

    /// <summary>The filter none, or the only one; rows of old versions have none.</summary>
    private static string OnlyFilter(ForeignSource source)
    {
        var filters = new HashSet<string>(StringComparer.Ordinal);
        foreach (var filter in Rows(source, row => FilterOf(row)))
        {
            if (filter is null or NoFilter) return NoFilter;
            filters.Add(filter);
        }
        return filters.Count <= 1 ? filters.FirstOrDefault(NoFilter) : throw source.Error(
            null, "filter",
            $"has rows of {filters.Count} filters: {ColumnNames.Listed(filters)}; choose one with 'filter' of its "
                + "entry in files");
    }

    private static IEnumerable<T?> Rows<T>(ForeignSource source, Func<JsonRow, T> read)
    {
        using var text = source.Open();
        foreach (var row in JsonLines.Read(text, source.Source, row => source.Errors.Try(() => read(row))))
            yield return row;
    }

    private static ForeignRecord? Record(JsonRow row, ForeignSource source, string filter, HashSet<string> others)
    {
        var own = FilterOf(row);
        if (own == filter) return LmEvalDocument.Record(row, source);
        if (others.Count < ColumnNames.Shown) others.Add(own);
        return null;
    }

    private static string FilterOf(JsonRow row) =>
        row.Has("filter", out _) ? row.Text("filter") : NoFilter;
}
