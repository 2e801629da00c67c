namespace PieService.Domain.Foreign.Formats;

/// <summary>The scores of an answer.</summary>
/// <param name="Kind">The meaning of the values.</param>
/// <param name="Labels">The label of each value; null if the values are in the order of the labels.</param>
/// <param name="Values">One for each label; labels that are not listed have none.</param>
/// <param name="Threshold">The probability above which a label of multi-label data is predicted.</param>
internal sealed record ForeignScores(
    ScoreKind Kind, IReadOnlyList<string>? Labels, double[] Values, double Threshold = ForeignScores.DefaultThreshold)
{
    public const double DefaultThreshold = 0.5;

    /// <summary>The tolerance of the sum of probabilities, which are often rounded.</summary>
    private const double SumTolerance = 1e-3;

    /// <summary>The place and the fault of a value that is not valid; null if all are.</summary>
    /// <param name="isComplete">Whether every label has a value, so that probabilities sum to 1.</param>
    public (int? Label, string Message)? Fault(ForeignTask task, bool isComplete)
    {
        var sum = 0.0;
        for (var i = 0; i < Values.Length; i++)
        {
            var value = Values[i];
            if (!double.IsFinite(value) && !(Kind == ScoreKind.LogLikelihoods && double.IsNegativeInfinity(value)))
                return (i, $"has the score {Shown(value)}, which is not a finite number");
            if (Kind == ScoreKind.Probabilities && value is < 0 or > 1 + SumTolerance)
                return (i, $"has the score {Shown(value)}, which is not a probability");
            sum += value;
        }
        if (Kind != ScoreKind.Probabilities || task == ForeignTask.MultiLabel) return null;
        return sum > 1 + SumTolerance || (isComplete && sum < 1 - SumTolerance)
            ? (null, $"has probabilities that sum to {Shown(sum)}; they must sum to 1 within {SumTolerance}") : null;
    }

    /// <summary>The probability of a label of multi-label data.</summary>
    public double ProbabilityOfLabel(int i) => Kind switch
    {
        ScoreKind.Logits => 1 / (1 + Math.Exp(-Values[i])),
        ScoreKind.Probabilities => Values[i],
        ScoreKind.LogLikelihoods => Math.Exp(Values[i]),
    };

    private static string Shown(double value) => FormattableString.Invariant($"{value:0.######}");
}
