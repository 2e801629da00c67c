using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// How the answers of a second model differ from those of a first one, example by example (analysis 10; Dutta et al.
/// 2024). For multi-label data, an answer is right if all labels are.
/// </summary>
/// <param name="RightToWrong">b, examples that only the first model answers right.</param>
/// <param name="WrongToRight">c, examples that only the second model answers right.</param>
/// <param name="WrongToOtherWrong">w, examples with two different wrong answers.</param>
/// <param name="BothRight">Examples that both answer right.</param>
/// <param name="SameWrong">Examples with the same wrong answer.</param>
public sealed record AnswerFlips(
    int RightToWrong, int WrongToRight, int WrongToOtherWrong, int BothRight, int SameWrong)
{
    /// <summary>N.</summary>
    public int Examples => RightToWrong + WrongToRight + WrongToOtherWrong + BothRight + SameWrong;

    /// <summary>(b + c) / N, in [0, 1].</summary>
    public double Flips => (double)(RightToWrong + WrongToRight) / Examples;

    /// <summary>(b + c + w) / N, in [0, 1].</summary>
    public double Changes => (double)(RightToWrong + WrongToRight + WrongToOtherWrong) / Examples;

    /// <summary>(c - b) / (b + c), in [-1, 1]; null without flips.</summary>
    public double? Direction => RightToWrong + WrongToRight == 0 ? null
        : (double)(WrongToRight - RightToWrong) / (RightToWrong + WrongToRight);

    /// <param name="gold">The gold labels of the N examples, at least one.</param>
    /// <param name="first">The answers of the first model.</param>
    /// <param name="second">Those of the second.</param>
    /// <exception cref="ArgumentException">A model did not answer every example, or there are none.</exception>
    public static AnswerFlips Of(PackedLabels gold, PackedLabels first, PackedLabels second)
    {
        if (gold.Count == 0 || !gold.IsLike(first) || !gold.IsLike(second))
            throw new ArgumentException("Both models must have answered every example, at least one.");
        int b = 0, c = 0, w = 0, right = 0, wrong = 0;
        for (var i = 0; i < gold.Count; i++)
        {
            var (isFirst, isSecond) = (first.At(i).SequenceEqual(gold.At(i)), second.At(i).SequenceEqual(gold.At(i)));
            if (isFirst && isSecond) right++;
            else if (isFirst) b++;
            else if (isSecond) c++;
            else if (first.At(i).SequenceEqual(second.At(i))) wrong++;
            else w++;
        }
        return new(b, c, w, right, wrong);
    }
}
