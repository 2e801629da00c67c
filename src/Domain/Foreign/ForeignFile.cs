using System.ComponentModel.DataAnnotations;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign;

/// <summary>A file of an import: its format, and the run or the runs that it has.</summary>
public sealed record ForeignFile
{
    /// <summary>The name of the multipart part.</summary>
    [Required] public string? Part { get; init; }

    /// <summary>The format of the file.</summary>
    [Required] public ForeignFormat? Format { get; init; }

    /// <summary>The cohort of its predictions; left out if columns or arrays state it.</summary>
    public string? Cohort { get; init; }

    /// <summary>
    /// The seed of its run; of an array with several runs, the seed of the first. The epochs of Inspect and the trials
    /// of
    /// HELM have their own.
    /// </summary>
    [Range(0, int.MaxValue)] public int Seed { get; init; }

    /// <summary>The columns of a table.</summary>
    public ForeignColumns? Columns { get; init; }

    /// <summary>The character between the columns of csv.</summary>
    [AllowedValues(",", ";", "\t", "|")] public string? Delimiter { get; init; }

    /// <summary>The encoding of a text file without a byte order mark.</summary>
    public TextEncoding Encoding { get; init; }

    /// <summary>The meaning of the scores of a table or an array.</summary>
    public ScoreKind? ScoreKind { get; init; }

    /// <summary>The probability above which a label of multi-label data is predicted, 0.5 by default.</summary>
    [Range(0.0, 1.0)] public double? Threshold { get; init; }

    /// <summary>The cohort of each array of an npz file; null for the array of the gold labels.</summary>
    public IReadOnlyDictionary<string, string?>? Arrays { get; init; }

    /// <summary>The filter of lm-evaluation-harness, by default <c>none</c>, else the only one of the file.</summary>
    public string? Filter { get; init; }

    /// <summary>The score by which a multiple-choice answer is chosen.</summary>
    public PredictBy? PredictBy { get; init; }

    /// <summary>
    /// The metric that decides whether an open answer is right: <c>exact_match</c> by default, and for Inspect the only
    /// scorer.
    /// </summary>
    public string? Metric { get; init; }

    /// <summary>The value of the metric from which on an answer is right, 1 by default.</summary>
    public double? CorrectAt { get; init; }

    /// <summary>The property with the text of an example, such as <c>doc.question</c>.</summary>
    public string? TextPath { get; init; }

    /// <summary>The part with the instances.json of HELM.</summary>
    public string? Instances { get; init; }

    /// <summary>The form of csv and tsv.</summary>
    internal TableForm Table => Format == ForeignFormat.Tsv
        ? TableForm.Tsv : new TableForm(IsCsv: true, Delimiter?[0] ?? Delimiters.Comma, HasHeader: true);
}
