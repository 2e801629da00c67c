using System.Buffers.Binary;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>
/// Scores as the service stores them: logits in the order of the labels, as float16. It has 11 significant bits, about
/// three digits, and numbers up to 65,504: beyond it, and for minus infinity, the largest number of the sign is stored.
/// </summary>
internal static class StoredScores
{
    /// <summary>The score of a label that has none: the smallest number of float16.</summary>
    public const double Lowest = -65_504;

    /// <summary>The score of each of the C labels; <see cref="Lowest"/> for a label without one.</summary>
    /// <param name="indexOf">The index of a label.</param>
    public static double[] InOrder(ForeignScores scores, int labels, Func<string, int> indexOf, ForeignTask task)
    {
        var ordered = new double[labels];
        Array.Fill(ordered, Lowest);
        for (var i = 0; i < scores.Values.Length; i++)
            ordered[scores.Labels is null ? i : indexOf(scores.Labels[i])] = Logit(scores.Values[i], scores.Kind, task);
        return ordered;
    }

    /// <param name="into">2 C bytes.</param>
    public static void Pack(double[] scores, Span<byte> into)
    {
        for (var c = 0; c < scores.Length; c++)
            BinaryPrimitives.WriteHalfLittleEndian(into[(2 * c)..], (Half)scores[c]);
    }

    /// <summary>
    /// A probability p is ln p, whose softmax it is; of multi-label data ln(p / (1 - p)), whose sigmoid it is.
    /// </summary>
    private static double Logit(double value, ScoreKind kind, ForeignTask task) => Math.Clamp(
        (kind, task) switch
        {
            (ScoreKind.Logits, _) => value,
            (ScoreKind.Probabilities, ForeignTask.MultiLabel) => Math.Log(value / Math.Max(0, 1 - value)),
            (ScoreKind.LogLikelihoods, ForeignTask.MultiLabel) =>
                Math.Log(Math.Exp(value) / Math.Max(0, 1 - Math.Exp(value))),
            (ScoreKind.Probabilities, _) => Math.Log(value),
            (ScoreKind.LogLikelihoods, _) => value,
        },
        Lowest, -Lowest);
}
