using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// The baseline of fine-tuning: the matrix products of one training step, and nothing else. Those of the linear maps
/// and of attention (scores, and what they mix), each once forward and twice backward, over a padded batch as the model
/// has it.
/// </summary>
internal static class MatrixProducts
{
    /// <param name="length">Tokens of the longest text, to which all are padded.</param>
    /// <returns>Seconds of a step: the medians of its products, each as often as it occurs.</returns>
    public static double Seconds(BertConfig config, int batch, int length, Func<Action, double> median)
    {
        var (tokens, width, inner, heads) = (batch * length, config.Width, config.InnerWidth, config.Heads);
        var layer =
            (4 * Linear(tokens, width, width)) + Linear(tokens, width, inner) + Linear(tokens, inner, width)
            + Attention(batch * heads, length, width / heads);
        return (config.Layers * layer) + Linear(batch, width, width);  // the pooler sees [CLS] alone

        double Linear(int rows, int from, int to)
        {
            using var scope = NewDisposeScope();
            var (x, w, y) = (randn(rows, from), randn(to, from), randn(rows, to));
            return median(() =>
            {
                x.mm(w.t());                                                                        // (rows, to)
                y.mm(w);  // (rows, from), gradient of x
                y.t().mm(x);  // (to, from), gradient of w
            });
        }

        double Attention(int pairs, int t, int d)
        {
            using var scope = NewDisposeScope();
            var (queries, scores) = (randn(pairs, t, d), randn(pairs, t, t));
            // Keys, values and all gradients have the one shape or the other.
            return median(() =>
            {
                queries.bmm(queries.transpose(1, 2));  // (pairs, t, t), scores
                scores.bmm(queries);  // (pairs, t, d), mixed values
                queries.bmm(queries.transpose(1, 2));  // gradient of the scores
                scores.transpose(1, 2).bmm(queries);                                                // of the values
                scores.bmm(queries);                                                                // of the queries
                scores.transpose(1, 2).bmm(queries);                                                // of the keys
            });
        }
    }
}
