using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// The baseline of fine-tuning: the matrix products of one training step alone. They are those of the linear layers and
/// of attention (the scores, and the weighted sum of the values), each once forward and twice backward, on a padded
/// batch as in the model. Those of a linear layer are computed by MKL and by oneDNN, and the faster one counts; torch
/// gives those of attention to MKL.
/// </summary>
internal static class MatrixProducts
{
    /// <param name="length">The tokens of the longest text, to which all are padded.</param>
    /// <returns>The seconds of a step: the sum of the medians of its products, each multiplied by its count.</returns>
    public static double Seconds(BertConfig config, int batch, int length, Func<Action, double> median)
    {
        var (width, inner, heads) = (config.Width, config.InnerWidth, config.Heads);
        var layer =
            (4 * Linear(length, width, width)) + Linear(length, width, inner) + Linear(length, inner, width)
            + Attention(batch * heads, length, width / heads);
        return (config.Layers * layer) + Linear(1, width, width);  // the input of the pooler is [CLS] alone

        double Linear(int tokens, int from, int to)
        {
            using var scope = NewDisposeScope();
            var (x, w, y) = (randn(batch * tokens, from), randn(to, from), randn(batch * tokens, to));
            var byMkl = median(() =>
            {
                x.mm(w.t());  // (rows, to)
                y.mm(w);  // (rows, from), gradient of x
                y.t().mm(x);  // (to, from), gradient of w
            });
            var (texts, weight) = (x.view(batch, tokens, from).requires_grad_(), w.detach().requires_grad_());
            var gradient = y.view(batch, tokens, to);
            var byOneDnn = median(
                () => autograd.grad([LinearMap.ByConvolution(texts, weight, null)], [texts, weight], [gradient]));
            return Math.Min(byMkl, byOneDnn);
        }

        double Attention(int pairs, int t, int d)
        {
            using var scope = NewDisposeScope();
            var (queries, scores) = (randn(pairs, t, d), randn(pairs, t, t));
            // Keys and values have the shape of the queries, and each gradient has the shape of its tensor.
            return median(() =>
            {
                queries.bmm(queries.transpose(1, 2));  // (pairs, t, t), scores
                scores.bmm(queries);  // (pairs, t, d), weighted values
                queries.bmm(queries.transpose(1, 2));  // gradient of the scores
                scores.transpose(1, 2).bmm(queries);  // gradient of the values
                scores.bmm(queries);  // gradient of the queries
                scores.transpose(1, 2).bmm(queries);  // gradient of the keys
            });
        }
    }
}
