using PieService.Domain;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// One training step of the study's BiLSTM on the CPU, and the prediction of a batch, beside two baselines in the same
/// process: the same model with torch's packed sequences, and the matrix products of the step alone. Ratios can be
/// compared between machines, times cannot.
/// </summary>
internal static class BiLstmStep
{
    private const int Batch = 256, Width = 100, Hidden = 100, Words = 8_000, Classes = 3;

    public static void Run()
    {
        set_num_threads(1);
        manual_seed(0);
        var texts = Texts();
        var longest = texts.Max(text => text.Tokens.Length);
        var table = randn(Words, Width);
        var input = new InputVectors([.. Enumerable.Range(0, Words)], Words, Width, [.. table.data<float>()]);
        using var model = new BiLstmClassifier(input, Hidden, Classes, CPU);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, 1e-3);
        using var packed = new PackedBiLstm(table, Hidden, Classes);

        var step = Measured.Seconds(() =>
        {
            parameters.ClearGradients();
            Backward(model.Logits(texts));
            parameters.ClipGradients(1);
            optimizer.Step();
        });
        var ours = Measured.Seconds(() => Backward(model.Logits(texts)));
        var baseline = Measured.Seconds(() => Backward(packed.Logits(texts)));
        var products = BiLstmProducts.Seconds(longest, Batch, Width, Hidden, Classes);
        double evaluation;
        using (no_grad()) evaluation = Measured.Seconds(() => model.Logits(texts));
        Measured.Say(
            $"{MemoryAllocator.OfThisProcess(),-10} {1000 * step,8:F0} "
                + $"{texts.Sum(text => text.Tokens.Length) / step,10:F0} {products / step,9:P0} "
                + $"{1000 * evaluation,11:F0} {1000 * baseline,9:F0} {baseline / ours,6:F2} {Measured.PeakMiB(),9:F0}");
    }

    /// <summary>Texts of similar length, as in real batches, around SNLI's mean of 24 words.</summary>
    private static TextInput[] Texts()
    {
        var random = KeyedRandom.For("bench");
        return [.. Enumerable.Range(0, Batch)
            .Select(_ =>
                new TextInput(
                    Enumerable.Range(0, 22 + random.NextInt(5)).Select(_ => random.NextInt(Words)).ToArray()))];
    }

    private static void Backward(Tensor logits)
    {
        using var labels = zeros(logits.shape[0], dtype: ScalarType.Int64);
        nn.functional.cross_entropy(logits, labels).backward();
    }
}
