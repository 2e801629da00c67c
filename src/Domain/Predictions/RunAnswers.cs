using System.Security.Cryptography;
using System.Text;
using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>
/// The open answers of a run of a foreign cohort to consecutive examples. Its predictions state only which of them are
/// right; whether two wrong answers are the same is known from these texts.
/// </summary>
public sealed class RunAnswers
{
    /// <summary>The most characters of an answer that are stored: a row has at most 64 MB.</summary>
    public const int Characters = 16_384;

    /// <summary>The examples of a row.</summary>
    public const int Examples = 1000;

    public Guid RunId { get; init; }
    public Split Split { get; init; }

    /// <summary>The position of the first of these examples, a multiple of <see cref="Examples"/>.</summary>
    public int Start { get; init; }

    /// <summary>The start of the row that has the answer to an example.</summary>
    public static int StartOf(int position) => position - (position % Examples);

    /// <summary>
    /// An answer as it is stored. A longer one is cut, and ends with its length and the SHA-256 of the whole, so that
    /// two of them are equal only if the whole answers are. PostgreSQL cannot store U+0000 in a text, nor half of a
    /// character.
    /// </summary>
    public static string? Stored(string? answer)
    {
        if (answer?.Length > Characters)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(answer)));
            var end = $" … [{answer.Length} characters, SHA-256 {digest}]";
            var kept = Characters - end.Length;
            answer = answer[..(char.IsHighSurrogate(answer[kept - 1]) ? kept - 1 : kept)] + end;
        }
        return answer?.Replace('\0', '\uFFFD');
    }

    /// <summary>One for each example; null where the file has none.</summary>
    public required string?[] Texts { get; init; }
}
