using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>
/// The open answers of a run of a foreign cohort to consecutive examples. Its predictions state only which of them are
/// right; whether two wrong answers are the same is known from these texts.
/// </summary>
public sealed class RunAnswers
{
    /// <summary>The characters of an answer that are kept, and by which answers are compared: a row has at most 64
    /// MB.</summary>
    public const int Characters = 16_384;

    /// <summary>The examples of a row.</summary>
    public const int Examples = 1000;

    public Guid RunId { get; init; }
    public Split Split { get; init; }

    /// <summary>The position of the first of these examples, a multiple of <see cref="Examples"/>.</summary>
    public int Start { get; init; }

    /// <summary>The start of the row that has the answer to an example.</summary>
    public static int StartOf(int position) => position - (position % Examples);

    /// <summary>One for each example; null where the file has none.</summary>
    public required string?[] Texts { get; init; }
}
