using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// How the files of a dataset are laid out; whether they are gzipped shows in the files themselves. From snli on, these are
/// datasets as their authors publish them, which say themselves what columns says of others.
/// </summary>
public enum DatasetFormat
{
    /// <summary>RFC 4180 with a header row.</summary>
    [JsonStringEnumMemberName("csv")] Csv,

    /// <summary>A header row, tabs between columns, no quoting.</summary>
    [JsonStringEnumMemberName("tsv")] Tsv,

    /// <summary>A JSON object in each line.</summary>
    [JsonStringEnumMemberName("jsonl")] Jsonl,
    [JsonStringEnumMemberName("parquet")] Parquet,

    /// <summary>The zip archive in a part file, or its files for each split, .jsonl or .txt.</summary>
    [JsonStringEnumMemberName("snli")] Snli,

    /// <summary>The tar archive in a part file.</summary>
    [JsonStringEnumMemberName("imdb")] Imdb,

    /// <summary>The tar archive in a part file.</summary>
    [JsonStringEnumMemberName("reuters21578")] Reuters21578,

    /// <summary>JSON lines, or a line a text with the labels in a part of their own.</summary>
    [JsonStringEnumMemberName("aapd")] Aapd,

    /// <summary>COARSE:fine question in each line.</summary>
    [JsonStringEnumMemberName("trec")] Trec,
}

/// <summary>
/// What the files of an upload hold and how they become a dataset. What is left out has a default.
/// </summary>
/// <remarks><see cref="DatasetRules"/> says what is missing or wrong.</remarks>
public sealed record DatasetDefinition
{
    /// <summary>1 to 200 characters.</summary>
    [Required, StringLength(200, MinimumLength = 1)] public string? Name { get; init; }
    [Required] public LearningTask? Task { get; init; }
    [Required] public DatasetFormat? Format { get; init; }

    /// <summary>Required for csv, tsv, jsonl and parquet; the other formats know theirs.</summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>Fixes the order of the labels, which decides ties; any other label is an error. Left out: the study's order for its own formats, else sorted by name. Single-label data has at least two.</summary>
    [Length(1, DatasetLimits.MaxLabels)] public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Stands between the labels where the column of multi-label data is text, 1 to 10 characters. Left out: the text is a JSON list.</summary>
    [StringLength(DatasetLimits.MaxSeparator, MinimumLength = 1)] public string? LabelSeparator { get; init; }
    public TextEncoding Encoding { get; init; } = TextEncoding.Utf8;

    /// <summary>How to divide a single file, or how much of train becomes the validation split where there is none; else left out.</summary>
    public SplitFractions? Split { get; init; }

    /// <summary>Of a format that keeps the frequent topics only, such as reuters21578: least training documents of one that is kept; 1 where it is left out.</summary>
    [Range(1, DatasetLimits.MaxMinimumDocuments)] public int? MinimumDocuments { get; init; }
}

/// <summary>Names of the columns (of the properties, in JSON lines).</summary>
public sealed record ColumnMapping
{
    public string? Text { get; init; }

    /// <summary>The second text of a pair, such as SNLI's hypothesis.</summary>
    public string? SecondText { get; init; }

    /// <summary>The label of single-label data.</summary>
    public string? Label { get; init; }

    /// <summary>The labels of multi-label data: a list or a text.</summary>
    public string? Labels { get; init; }

    /// <summary>What the source calls its examples; left out: file and line.</summary>
    public string? Id { get; init; }

    /// <summary>The one of both that is mapped.</summary>
    internal string ForLabels => Labels ?? Label!;
}

/// <summary>Shares of each label's examples (of all, in multi-label data), drawn by the seed; what remains is for training.</summary>
public sealed record SplitFractions
{
    /// <summary>In [0, 1); 0: no validation split.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)] public decimal Validation { get; init; }

    /// <summary>In (0, 1); left out where the files have a test split.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)] public decimal? Test { get; init; }
    public int Seed { get; init; }
}
