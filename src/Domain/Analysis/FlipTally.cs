using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// Counts how the answers of the pruned runs differ from those of the dense runs, a block of examples at a time: over
/// the pairs of one seed, or if the cohorts are not paired, over all pairs of a dense and a pruned run.
/// </summary>
/// <param name="classCount">C.</param>
/// <param name="examples">N.</param>
/// <param name="knowsAnswers">Whether two wrong answers are the same if their labels and texts are; else it is known
/// only that they are wrong.</param>
public sealed class FlipTally(int classCount, ComparedCohorts cohorts, int examples, bool knowsAnswers = true)
{
    private readonly NumberedAnswers answers = new(classCount, cohorts);
    private readonly int pairs = cohorts.Paired ? cohorts.Dense : cohorts.Dense * cohorts.Pruned;
    private readonly double[] changed = new double[examples], gain = new double[examples];
    private long rightToWrong, wrongToRight, wrongToOtherWrong, bothRight, sameWrong, noisy;

    /// <summary>For each example the share of the pairs whose answers differ, in [0, 1].</summary>
    public IReadOnlyList<double> Changed => changed;

    /// <summary>For each example the share of the pairs that flip to right, less that of those that flip to wrong, in
    /// [-1, 1].</summary>
    public IReadOnlyList<double> Gain => gain;

    /// <param name="start">The position of the first example of the block.</param>
    /// <param name="texts">The open answers that were judged to be right or wrong; null if the labels are the
    /// answers.</param>
    public void Add(int start, ComparedAnswers block, ComparedTexts? texts = null)
    {
        var votes = new int[answers.Most];
        for (var i = 0; i < block.Gold.Count; i++)
        {
            answers.Read(block, texts, i);
            var flipped = cohorts.Paired
                ? FlippedPairs.OfSeeds(answers.Right, answers.Dense, answers.Pruned)
                : FlippedPairs.OfAll(answers.Right, answers.Dense, answers.Pruned, votes);
            rightToWrong += flipped.RightToWrong;
            wrongToRight += flipped.WrongToRight;
            wrongToOtherWrong += flipped.WrongToOtherWrong;
            bothRight += flipped.BothRight;
            sameWrong += flipped.SameWrong;
            changed[start + i] = (double)flipped.Changed / pairs;
            gain[start + i] = (double)(flipped.WrongToRight - flipped.RightToWrong) / pairs;
            var right = answers.Dense.Count(answers.Right);
            noisy += (long)right * (cohorts.Dense - right);
        }
    }

    public AnswerFlips Flips() => new(
        Mean(rightToWrong), Mean(wrongToRight), knowsAnswers ? Mean(wrongToOtherWrong) : null, Mean(bothRight),
        Mean(wrongToOtherWrong + sameWrong));

    /// <summary>The mean share of the examples that one of two dense runs answers right and the other one wrong, in [0,
    /// 1]; null for one run.</summary>
    public double? NoiseFlips() => cohorts.Dense < 2 || examples == 0
        ? null : noisy / (cohorts.Dense * (cohorts.Dense - 1) / 2.0) / examples;

    private double Mean(long counted) => (double)counted / pairs;
}
