using System.Runtime.InteropServices;

namespace PieService.Domain.Analysis;

/// <summary>
/// The similarity of texts by their tokens: TF-IDF as scikit-learn computes it, with the weight
/// tf (ln((1 + N) / (1 + df)) + 1) of a token that occurs tf times in a text and in df of N texts.
/// </summary>
public sealed class TermWeights
{
    private readonly Dictionary<string, int> texts;
    private readonly int count;

    private TermWeights(Dictionary<string, int> texts, int count) => (this.texts, this.count) = (texts, count);

    /// <summary>The cosine of the weights of two texts.</summary>
    /// <returns>In [0, 1]; 0 if a text has no tokens.</returns>
    public static double Cosine(IReadOnlyDictionary<string, double> one, IReadOnlyDictionary<string, double> other) =>
        one.Sum(weight => weight.Value * other.GetValueOrDefault(weight.Key));

    /// <summary>The weights of the tokens of a text, divided by their norm.</summary>
    public IReadOnlyDictionary<string, double> Of(IEnumerable<string> tokens)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var token in tokens) CollectionsMarshal.GetValueRefOrAddDefault(weights, token, out _) += Idf(token);
        var norm = Math.Sqrt(weights.Values.Sum(weight => weight * weight));
        foreach (var token in weights.Keys.ToList()) weights[token] /= norm;
        return weights;
    }

    private double Idf(string token) => Math.Log((1.0 + count) / (1 + texts.GetValueOrDefault(token))) + 1;

    /// <summary>Counts in how many texts each token occurs, one text after the other.</summary>
    public sealed class Tally
    {
        private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);
        private int count;

        public void Add(IEnumerable<string> tokens)
        {
            count++;
            foreach (var token in tokens.Distinct(StringComparer.Ordinal))
                CollectionsMarshal.GetValueRefOrAddDefault(texts, token, out _)++;
        }

        public TermWeights Weights() => new(texts, count);
    }
}
