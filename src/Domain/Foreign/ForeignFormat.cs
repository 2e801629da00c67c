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

    /// <summary>A log of Inspect, .json or .eval; an epoch is a run.</summary>
    [JsonStringEnumMemberName("inspect")] Inspect,

    /// <summary>display_predictions.json of HELM with its instances.json, or per_instance_stats.json.</summary>
    [JsonStringEnumMemberName("helm")] Helm,

    /// <summary>The events of OpenAI evals.</summary>
    [JsonStringEnumMemberName("openaiEvals")] OpenAiEvals,

    /// <summary>The details of lighteval, a Parquet file of structs.</summary>
    [JsonStringEnumMemberName("lighteval")] Lighteval,

    /// <summary>The predictions of OpenCompass.</summary>
    [JsonStringEnumMemberName("opencompass")] OpenCompass,
}

internal static class ForeignFormats
{
    /// <summary>Formats whose columns the definition names.</summary>
    public static bool IsTable(ForeignFormat format) => format is ForeignFormat.Csv or ForeignFormat.Tsv
        or ForeignFormat.Jsonl or ForeignFormat.Parquet or ForeignFormat.WandbTable;

    public static bool IsArray(ForeignFormat format) => format is ForeignFormat.Npy or ForeignFormat.Npz;
}
