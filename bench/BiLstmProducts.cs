using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// The baseline of a BiLSTM's training step: its matrix products alone, each once forward and twice backward. Each is
/// computed by MKL, into allocated memory, and by oneDNN, and the faster one counts. The lower layer has no gradient of
/// its input, since the word vectors are not trained.
/// </summary>
internal static class BiLstmProducts
{
    /// <param name="words">T, the words of the longest text.</param>
    /// <param name="batch">B, the texts.</param>
    /// <param name="width">D, the width of a word vector.</param>
    /// <param name="hidden">H, the units per direction.</param>
    /// <returns>The seconds of a step: the sum of the medians of its products, each multiplied by its count.</returns>
    public static double Seconds(int words, int batch, int width, int hidden, int classes)
    {
        var (rows, gates) = (words * batch, 4 * hidden);
        return (2 * Direction(width, isTrained: false)) + (2 * Direction(2 * hidden, isTrained: true))
            + Linear(2 * hidden, 256) + Linear(256, 128) + Linear(128, classes);

        double Direction(int inputs, bool isTrained) =>
            Product(rows, inputs, gates) + Product(gates, rows, inputs) + (isTrained ? Product(rows, gates, inputs) : 0)
            + (words * (Product(batch, hidden, gates) + Product(batch, gates, hidden))) + Product(gates, rows, hidden);

        double Linear(int from, int to) =>
            Product(batch, from, to) + Product(batch, to, from) + Product(to, batch, from);
    }

    /// <summary>The median seconds of (rows, inner) times (inner, columns).</summary>
    private static double Product(int rows, int inner, int columns)
    {
        using var scope = NewDisposeScope();
        var (a, b, result) = (randn(rows, inner), randn(inner, columns), zeros(rows, columns));
        var byMkl = Measured.Seconds(() => result.addmm_(a, b, beta: 0, alpha: 1));
        if (rows % LinearMap.FewestTexts != 0) return byMkl;    // the last map, of one row for each class
        var (texts, weight) = (a.view(LinearMap.FewestTexts, -1, inner), b.t().contiguous());
        return Math.Min(byMkl, Measured.Seconds(() => LinearMap.ByConvolution(texts, weight, null)));
    }
}
