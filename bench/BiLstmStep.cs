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
internal sealed class BiLstmStep : IDisposable
{
    private const int Batch = 256, Width = 100, Hidden = 100, Words = 8_000, Classes = 3;

    private readonly TextInput[] texts = Texts();
    private readonly BiLstmClassifier model;
    private readonly TextsOnDevice placed;
    private readonly TextOrder order;
    private readonly ParameterBuffer parameters;
    private readonly Adam optimizer;
    private readonly PackedBiLstm packed;

    public BiLstmStep()
    {
        set_num_threads(1);
        manual_seed(0);
        var table = randn(Words, Width);
        var input = new InputVectors([.. Enumerable.Range(0, Words)], Words, Width, [.. table.data<float>()]);
        model = new BiLstmClassifier(input, Hidden, Classes, CPU);
        placed = model.Place(texts);
        order = placed.InOrder(Enumerable.Range(0, Batch));
        parameters = new ParameterBuffer(model);
        optimizer = new Adam(parameters, 1e-3);
        packed = new PackedBiLstm(table, Hidden, Classes);
    }

    /// <summary>The words of the batch.</summary>
    public int Tokens => texts.Sum(text => text.Tokens.Length);

    /// <summary>The median seconds of forward, backward and Adam's step.</summary>
    public double StepSeconds() => Measured.Seconds(() =>
    {
        parameters.ClearGradients();
        Backward(Logits());
        parameters.ClipGradients(1);
        optimizer.Step();
    });

    /// <summary>The median seconds of forward and backward.</summary>
    public double GradientSeconds() => Measured.Seconds(() => Backward(Logits()));

    public double PackedGradientSeconds() => Measured.Seconds(() => Backward(packed.Logits(texts)));

    public double EvaluationSeconds()
    {
        using var off = no_grad();
        return Measured.Seconds(() => Logits());
    }

    public double PackedEvaluationSeconds()
    {
        using var off = no_grad();
        return Measured.Seconds(() => packed.Logits(texts));
    }

    /// <summary>The seconds of the step's matrix products alone.</summary>
    public double ProductSeconds() =>
        BiLstmProducts.Seconds(texts.Max(text => text.Tokens.Length), Batch, Width, Hidden, Classes);

    public static void Run()
    {
        using var bench = new BiLstmStep();
        var (step, ours, baseline) = (bench.StepSeconds(), bench.GradientSeconds(), bench.PackedGradientSeconds());
        var (products, evaluation) = (bench.ProductSeconds(), bench.EvaluationSeconds());
        Measured.Say(
            $"{MemoryAllocator.OfThisProcess(),-10} {1000 * step,8:F0} "
                + $"{bench.Tokens / step,10:F0} {products / step,9:P0} "
                + $"{1000 * evaluation,11:F0} {1000 * baseline,9:F0} {baseline / ours,6:F2} {Measured.PeakMiB(),9:F0}");
    }

    public void Dispose()
    {
        order.Dispose();
        placed.Dispose();
        model.Dispose();
        parameters.Dispose();
        optimizer.Dispose();
        packed.Dispose();
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

    private Tensor Logits() => model.Logits(order.Batch(0, Batch));

    private static void Backward(Tensor logits)
    {
        using var labels = zeros(logits.shape[0], dtype: ScalarType.Int64);
        nn.functional.cross_entropy(logits, labels).backward();
    }
}
