namespace PieService.Domain.Analysis;

/// <summary>
/// How the answers of a second model differ from those of a first one, as numbers of examples; for several pairs of
/// models the means over the pairs (Dutta et al. 2024). For multi-label data, an answer is right if all
/// labels are.
/// </summary>
/// <param name="RightToWrong">b, examples that only the first model answers right.</param>
/// <param name="WrongToRight">c, examples that only the second model answers right.</param>
/// <param name="WrongToOtherWrong">w, examples with two different wrong answers; null if it is known only that the
/// answers are wrong.</param>
/// <param name="BothRight">Examples that both answer right.</param>
/// <param name="BothWrong">Examples that both answer wrong, w among them.</param>
public sealed record AnswerFlips(
    double RightToWrong, double WrongToRight, double? WrongToOtherWrong, double BothRight, double BothWrong)
{
    /// <summary>N.</summary>
    public double Examples => RightToWrong + WrongToRight + BothRight + BothWrong;

    /// <summary>Examples with the same wrong answer; null like w.</summary>
    public double? SameWrong => BothWrong - WrongToOtherWrong;

    /// <summary>(b + c) / N, in [0, 1].</summary>
    public double Flips => (RightToWrong + WrongToRight) / Examples;

    /// <summary>(b + c + w) / N, in [0, 1]; null like w.</summary>
    public double? Changes => (RightToWrong + WrongToRight + WrongToOtherWrong) / Examples;

    /// <summary>(c - b) / (b + c), in [-1, 1]; null without flips.</summary>
    public double? Direction => RightToWrong + WrongToRight == 0 ? null
        : (WrongToRight - RightToWrong) / (RightToWrong + WrongToRight);
}
