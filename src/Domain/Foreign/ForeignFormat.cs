using System.Text.Json.Serialization;

namespace PieService.Domain.Foreign;

/// <summary>The form in which a tool wrote predictions.</summary>
public enum ForeignFormat
{
    [JsonStringEnumMemberName("csv")] Csv,
    [JsonStringEnumMemberName("tsv")] Tsv,
    [JsonStringEnumMemberName("jsonl")] Jsonl,
    [JsonStringEnumMemberName("parquet")] Parquet,

    /// <summary>A NumPy array.</summary>
    [JsonStringEnumMemberName("npy")] Npy,

    /// <summary>Several NumPy arrays with names.</summary>
    [JsonStringEnumMemberName("npz")] Npz,

    /// <summary>The samples of lm-evaluation-harness, written with --log_samples.</summary>
    [JsonStringEnumMemberName("lmEvalHarness")] LmEvalHarness,

    /// <summary>The instances of Every Eval Ever, schema 0.3.</summary>
    [JsonStringEnumMemberName("everyEvalEver")] EveryEvalEver,

    /// <summary>A table of Weights and Biases.</summary>
    [JsonStringEnumMemberName("wandbTable")] WandbTable,
}

internal static class ForeignFormats
{
    /// <summary>Formats whose columns the definition names.</summary>
    public static bool IsTable(ForeignFormat format) => format is ForeignFormat.Csv or ForeignFormat.Tsv
        or ForeignFormat.Jsonl or ForeignFormat.Parquet or ForeignFormat.WandbTable;

    public static bool IsArray(ForeignFormat format) => format is ForeignFormat.Npy or ForeignFormat.Npz;
}
