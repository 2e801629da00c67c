namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// One answer of one run for one example, as a file has it; or, without a run, only the gold label of an example.
/// </summary>
internal sealed class ForeignRecord
{
    public required string File { get; init; }
    public ForeignPlace Place { get; init; }
    public ExampleKey Example { get; init; }

    /// <summary>Null if the record has no answer of a run.</summary>
    public RunKey? Run { get; init; }

    /// <summary>Null if the file has no text.</summary>
    public string? Text { get; init; }

    /// <summary>The gold labels, exactly one of single-label data; null if the file has none.</summary>
    public IReadOnlyList<string>? Gold { get; set; }

    /// <summary>The labels of the answer, exactly one of single-label data; null if the scores decide, or if the run
    /// gave no answer.</summary>
    public IReadOnlyList<string>? Answer { get; set; }

    /// <summary>Null if the file has none, or if the run gave no answer.</summary>
    public ForeignScores? Scores { get; set; }

    /// <summary>
    /// The number of labels if the file has them by their numbers, such as the choices of a question; else 0.
    /// </summary>
    public int NumberedLabels { get; init; }

    /// <summary>The open answer of a correctness task.</summary>
    public string? AnswerText { get; init; }

    /// <summary>A hash of the example, which must be the same for every run; null if the file has none.</summary>
    public string? Hash { get; init; }

    /// <summary>The group of the example; null if the file has none.</summary>
    public string? Cluster { get; init; }

    /// <summary>Whether the file has a metric of the answer, and the answer agrees with it.</summary>
    public bool MetricAgrees { get; init; }
}

/// <summary>What identifies an example in its file.</summary>
/// <param name="Name">The name of the property or column that has it, for messages.</param>
/// <param name="Id">The id in the source; null if the position identifies it.</param>
/// <param name="Position">The 0-based position; null if the id identifies it.</param>
internal readonly record struct ExampleKey(string Name, string? Id, int? Position)
{
    public override string ToString() => $"{Name} {Id ?? $"{Position}"}";
}

/// <summary>A run: a seed of a cohort.</summary>
internal readonly record struct RunKey(string Cohort, int Seed)
{
    public override string ToString() => $"cohort {Cohort}, seed {Seed}";
}
