using System.Text.Json.Serialization;

namespace PieService.Api.Tables;

/// <summary>The format of a table: JSON is returned in pages, every other format contains the whole table.</summary>
public enum TableFormat
{
    [JsonStringEnumMemberName("json")] Json,
    [JsonStringEnumMemberName("csv")] Csv,
    [JsonStringEnumMemberName("ndjson")] Ndjson,
    [JsonStringEnumMemberName("parquet")] Parquet,

    /// <summary>A table for a paper, of some tables only: fewer columns, and rounded numbers.</summary>
    [JsonStringEnumMemberName("latex")] Latex,
}

public static class MediaTypes
{
    public static string Of(TableFormat format) => format switch
    {
        TableFormat.Json => "application/json",
        TableFormat.Csv => "text/csv",
        TableFormat.Ndjson => "application/x-ndjson",
        TableFormat.Parquet => "application/vnd.apache.parquet",
        TableFormat.Latex => "application/x-latex",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
}
