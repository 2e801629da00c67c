namespace PieService.Domain.Datasets.Texts;

/// <summary>Measures of a text that any language has, of tokens such as those of
/// <see cref="BasicEnglish"/>. A pair of texts is measured as one. Null for a text without tokens.</summary>
/// <param name="Tokens">The number of tokens.</param>
/// <param name="MeanWordLength">Mean code points of a token.</param>
/// <param name="UniqueShare">Types / tokens, in (0, 1]; above 50 tokens the mean over all windows of 50, so that long
/// texts are comparable (moving-average type-token ratio, Covington and McFall 2010).</param>
/// <param name="Information">Mean information of a token in bits (<see cref="TrainingTypes.Information"/>).</param>
/// <param name="RareShare">Share of the tokens that are not frequent in the training split.</param>
/// <param name="UnseenShare">Share of the tokens that do not occur in the training split.</param>
/// <param name="PairOverlap">The Jaccard index of the types of both texts of a pair; null for one text.</param>
public sealed record TextFeatures(
    int Tokens, double? MeanWordLength, double? UniqueShare, double? Information, double? RareShare,
    double? UnseenShare, double? PairOverlap)
{
    private const int Window = 50;

    /// <param name="text">The tokens of the text, or of the first text of a pair.</param>
    /// <param name="secondText">Those of the second text of a pair, else null.</param>
    /// <param name="training">The types of the training split.</param>
    public static TextFeatures Of(
        IReadOnlyCollection<string> text, IReadOnlyCollection<string>? secondText, TrainingTypes training)
    {
        string[] tokens = [.. text, .. secondText ?? []];
        var overlap = secondText is null ? null : Jaccard(text, secondText);
        return tokens.Length == 0
            ? new(0, null, null, null, null, null, overlap)
            : new(
                tokens.Length, tokens.Average(CodePoints), MovingUniqueShare(tokens),
                tokens.Average(training.Information),
                tokens.Average(token => training.IsFrequent(token) ? 0.0 : 1),
                tokens.Average(token => training.Count(token) > 0 ? 0.0 : 1), overlap);
    }

    private static double CodePoints(string token) => token.EnumerateRunes().Count();

    private static double MovingUniqueShare(string[] tokens)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var (sum, width) = (0L, Math.Min(Window, tokens.Length));
        for (var i = 0; i < tokens.Length; i++)
        {
            counts[tokens[i]] = counts.GetValueOrDefault(tokens[i]) + 1;
            if (i >= width && --counts[tokens[i - width]] == 0) counts.Remove(tokens[i - width]);
            if (i >= width - 1) sum += counts.Count;
        }
        return (double)sum / width / (tokens.Length - width + 1);
    }

    private static double? Jaccard(IEnumerable<string> first, IEnumerable<string> second)
    {
        var (one, other) = (first.ToHashSet(StringComparer.Ordinal), second.ToHashSet(StringComparer.Ordinal));
        var shared = one.Count(other.Contains);
        return one.Count + other.Count == 0 ? null : (double)shared / (one.Count + other.Count - shared);
    }
}
