using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// The format of the files of a dataset. Whether a file is compressed (gzip, zip with one file, bzip2, xz, zstd) is
/// detected from its content. The formats from snli on are datasets in the form in which their authors publish them,
/// which defines what columns defines for the other formats.
/// </summary>
public enum DatasetFormat
{
    /// <summary>CSV according to RFC 4180, with any delimiter.</summary>
    [JsonStringEnumMemberName("csv")] Csv,

    /// <summary>Tab-separated values without quoting.</summary>
    [JsonStringEnumMemberName("tsv")] Tsv,

    /// <summary>JSON lines, a JSON object in each line; or one JSON array of objects.</summary>
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

    /// <summary>Lines with COARSE:fine and the question.</summary>
    [JsonStringEnumMemberName("trec")] Trec,
}

/// <summary>
/// The content of the files of an upload, and the rules by which they become a dataset. A field that is left out has
/// its default value.
/// </summary>
/// <remarks><see cref="DatasetRules"/> checks the values.</remarks>
public sealed record DatasetDefinition
{
    /// <summary>The name of the dataset, 1 to 200 characters.</summary>
    [Required, StringLength(200, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>Whether an example has exactly one label (singleLabel) or any number of labels (multiLabel).</summary>
    [Required] public LearningTask? Task { get; init; }

    /// <summary>The format of the files.</summary>
    [Required] public DatasetFormat? Format { get; init; }

    /// <summary>
    /// The columns of the files. Required for csv, tsv, jsonl and parquet; the other formats define their columns.
    /// </summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>
    /// The labels in their order, which decides ties; any other label in the files is an error. By default the order is
    /// the study's for its own formats, and otherwise alphabetical, or that of the numbers if every label is a whole
    /// number. Single-label data has at least two labels.
    /// </summary>
    [Length(1, DatasetLimits.MaxLabels)] public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>
    /// The names of labels that the files have as codes: an object from each code to its name, { "0": "negative",
    /// "1": "positive" }, or a list of names, whose codes are 0, 1, 2, …. A label in the files without a name is an
    /// error. The labels are in this order, an object's in the order of its codes if they are whole numbers; so labels
    /// is left out.
    /// </summary>
    public LabelNames? LabelNames { get; init; }

    /// <summary>
    /// The labels whose examples are dropped, as the files have them (before labelNames): "-1" for examples without a
    /// gold label of Hugging Face, "" for examples without a label. dropped counts the examples by label. In
    /// multi-label data an example is dropped if it has one of these labels, or one of these values in a column of
    /// columns.labels.
    /// </summary>
    [MaxLength(DatasetLimits.MaxDropped)] public IReadOnlyList<string>? DropLabels { get; init; }

    /// <summary>
    /// The separator between the labels if the label column of multi-label data is text, 1 to 10 characters. By default
    /// the text is a list as JSON or Python writes it.
    /// </summary>
    [StringLength(DatasetLimits.MaxSeparator, MinimumLength = 1)] public string? LabelSeparator { get; init; }

    /// <summary>
    /// The encoding of text files without a byte order mark; the mark of UTF-8 or UTF-16 takes precedence.
    /// </summary>
    public TextEncoding Encoding { get; init; } = TextEncoding.Utf8;

    /// <summary>
    /// The character between the columns of csv: a comma (the default), a semicolon, a tab or a vertical bar.
    /// </summary>
    [AllowedValues(",", ";", "\t", "|")] public string? Delimiter { get; init; }

    /// <summary>
    /// Whether the first row of csv or tsv has the names of the columns, which is the default. If not, the columns are
    /// "1", "2" and so on.
    /// </summary>
    public bool Header { get; init; } = true;

    /// <summary>
    /// The division of a single file into splits, or the part of train that becomes the validation split if there is
    /// none. Otherwise left out.
    /// </summary>
    public SplitFractions? Split { get; init; }

    /// <summary>
    /// The smallest number of training documents with which a topic is kept, 1 by default. Only for a format that keeps
    /// frequent topics, such as reuters21578.
    /// </summary>
    [Range(1, DatasetLimits.MaxMinimumDocuments)] public int? MinimumDocuments { get; init; }

    /// <summary>How the tables of csv and tsv are written.</summary>
    internal TableForm Table => Format == DatasetFormat.Tsv
        ? TableForm.Tsv with { HasHeader = Header }
        : new TableForm(IsCsv: true, Delimiter?[0] ?? Delimiters.Comma, Header);
}

/// <summary>The names of the columns, or of the properties in JSON; numbers without a header row.</summary>
public sealed record ColumnMapping
{
    /// <summary>The column of the text, or a list of columns whose texts are joined.</summary>
    public ColumnList? Text { get; init; }

    /// <summary>
    /// The text between the texts of several columns, up to 20 characters; by default a space. Columns without a text
    /// are left out.
    /// </summary>
    [StringLength(DatasetLimits.MaxTextSeparator)] public string? TextSeparator { get; init; }

    /// <summary>The column of the second text of a pair, such as the hypothesis of SNLI.</summary>
    public string? SecondText { get; init; }

    /// <summary>The column of the label of single-label data.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// The column of the labels of multi-label data, which has a list or a text; or a list of columns, one for each
    /// label and with its name, whose cells are 1 or true if an example has the label, and 0 or false otherwise.
    /// </summary>
    public ColumnList? Labels { get; init; }

    /// <summary>The column of the ids of the examples in the source. By default file and line are used.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// The column with the split of each example of a single file: train; validation, valid, val or dev; test; in upper
    /// or lower case.
    /// </summary>
    public string? Split { get; init; }

    /// <summary>
    /// The columns that are kept as attributes of the examples, such as "topic", for subgroups of the dataset; at most
    /// 20, with values of at most 200 characters. An empty cell is not a value.
    /// </summary>
    [MaxLength(DatasetLimits.MaxAttributes)] public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>The column of the label or labels, for messages; of several columns the first.</summary>
    internal string ForLabels => Label ?? Labels![0];

    /// <summary>The columns with a label each; null if a column has the labels.</summary>
    internal ColumnList? LabelColumns => Labels is { IsList: true } ? Labels : null;

    /// <summary>The text of an example from its columns.</summary>
    internal string Join(IEnumerable<string> texts) =>
        Text!.Count == 1 ? texts.First()
        : string.Join(TextSeparator ?? " ", texts.Where(text => !Invisible.IsBlank(text)));
}

/// <summary>
/// The examples that are drawn by the seed for these splits; the other examples are the training split. A number below
/// 1 is a share of the examples of each label (in multi-label data, of all examples). A whole number from 1 on is the
/// number of examples, which are divided among the labels in proportion to their frequency.
/// </summary>
public sealed record SplitFractions
{
    /// <summary>
    /// The validation split: a share in [0, 1) or a number of examples; 0 for no validation split.
    /// </summary>
    [Range(0.0, DatasetLimits.MaxExamples)] public decimal Validation { get; init; }

    /// <summary>
    /// The test split: a share in (0, 1) or a number of examples. Left out if the files have a test split.
    /// </summary>
    [Range(0.0, DatasetLimits.MaxExamples, MinimumIsExclusive = true)] public decimal? Test { get; init; }

    /// <summary>The seed of the draw.</summary>
    public int Seed { get; init; }

    /// <summary>Whether a value is a number of examples, not a share of them.</summary>
    internal static bool IsCount(decimal part) => part >= 1;

    /// <summary>How many of a number of examples a value takes: halves of a share are rounded to even.</summary>
    internal static int Of(decimal part, int examples) =>
        IsCount(part) ? (int)part : (int)decimal.Round(examples * part);
}
