using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// The format of a dataset's files; whether they are gzipped is detected. The formats from snli on are those of
/// published datasets, which determine what columns states for other formats.
/// </summary>
public enum DatasetFormat
{
    /// <summary>RFC 4180 with a header row.</summary>
    [JsonStringEnumMemberName("csv")] Csv,

    /// <summary>A header row, tabs between columns, no quoting.</summary>
    [JsonStringEnumMemberName("tsv")] Tsv,

    /// <summary>One JSON object per line.</summary>
    [JsonStringEnumMemberName("jsonl")] Jsonl,
    [JsonStringEnumMemberName("parquet")] Parquet,

    /// <summary>The zip archive in a part file, or its files for each split, .jsonl or .txt.</summary>
    [JsonStringEnumMemberName("snli")] Snli,

    /// <summary>The tar archive in a part file.</summary>
    [JsonStringEnumMemberName("imdb")] Imdb,

    /// <summary>The tar archive in a part file.</summary>
    [JsonStringEnumMemberName("reuters21578")] Reuters21578,

    /// <summary>JSON lines, or one text per line with the labels in a separate part.</summary>
    [JsonStringEnumMemberName("aapd")] Aapd,

    /// <summary>COARSE:fine question in each line.</summary>
    [JsonStringEnumMemberName("trec")] Trec,
}

/// <summary> Describes the files of an upload and how they become a dataset. Omitted fields have defaults. </summary>
/// <remarks><see cref="DatasetRules"/> checks it.</remarks>
public sealed record DatasetDefinition
{
    /// <summary>1 to 200 characters.</summary>
    [Required, StringLength(200, MinimumLength = 1)] public string? Name { get; init; }
    [Required] public LearningTask? Task { get; init; }
    [Required] public DatasetFormat? Format { get; init; }

    /// <summary>Required for csv, tsv, jsonl and parquet; the other formats determine their columns.</summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>
    /// Fixes the order of the labels, which decides ties; any other label is an error. If omitted, the order is the
    /// study's for its own formats, else by name. Single-label data has at least two labels.
    /// </summary>
    [Length(1, DatasetLimits.MaxLabels)] public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>
    /// The separator of 1 to 10 characters between the labels if the column of multi-label data is text. If omitted,
    /// the text is a JSON list.
    /// </summary>
    [StringLength(DatasetLimits.MaxSeparator, MinimumLength = 1)] public string? LabelSeparator { get; init; }
    public TextEncoding Encoding { get; init; } = TextEncoding.Utf8;

    /// <summary>
    /// How to divide a single file, or the share of train that becomes the validation split if there is none; otherwise
    /// omitted.
    /// </summary>
    public SplitFractions? Split { get; init; }

    /// <summary>
    /// For a format that keeps frequent topics only, such as reuters21578: the smallest number of training documents of
    /// a kept topic; 1 by default.
    /// </summary>
    [Range(1, DatasetLimits.MaxMinimumDocuments)] public int? MinimumDocuments { get; init; }
}

/// <summary>The names of the columns, or of the properties in JSON lines.</summary>
public sealed record ColumnMapping
{
    public string? Text { get; init; }

    /// <summary>The second text of a pair, such as SNLI's hypothesis.</summary>
    public string? SecondText { get; init; }

    /// <summary>The label of single-label data.</summary>
    public string? Label { get; init; }

    /// <summary>The labels of multi-label data: a list or text.</summary>
    public string? Labels { get; init; }

    /// <summary>The id of an example in the source; if omitted, file and line.</summary>
    public string? Id { get; init; }

    /// <summary>The column of the labels: label or labels, whichever is mapped.</summary>
    internal string ForLabels => Labels ?? Label!;
}

/// <summary>
/// Shares of the examples of each label (of all examples for multi-label data), drawn with the seed; the rest is for
/// training.
/// </summary>
public sealed record SplitFractions
{
    /// <summary>In [0, 1); 0 means no validation split.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)] public decimal Validation { get; init; }

    /// <summary>In (0, 1); omitted if the files have a test split.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)] public decimal? Test { get; init; }
    public int Seed { get; init; }
}
