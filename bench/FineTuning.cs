using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// Steps of fine-tuning a checkpoint on the CPU: their speed, also relative to their matrix products alone, and the
/// peak memory of the process.
/// </summary>
internal sealed class FineTuning : IDisposable
{
    private readonly BertConfig config;
    private readonly BertClassifier model;
    private readonly ParameterBuffer parameters;
    private readonly Adam optimizer;
    private readonly TextInput[] texts;
    private readonly TextsOnDevice placed;
    private readonly TextOrder order;
    private readonly int length;

    /// <param name="length">
    /// The tokens of the longest text. The others have at least three quarters of it, as in batches of similar length.
    /// </param>
    public FineTuning(string folder, int batch, int length, int threads, Precision precision = Precision.Fp32)
    {
        set_num_threads(threads);
        manual_seed(0);
        this.length = length;
        config = BertConfig.Read(folder);
        model = new BertClassifier(
            config, BertWeights.Load(folder), classCount: 3, Protocol.Sound, CPU, precision);
        parameters = new ParameterBuffer(model);
        optimizer = new Adam(parameters, 5e-5);
        var random = KeyedRandom.For("bench");
        texts = [.. Enumerable.Range(0, batch).Select(text => new TextInput(
            Enumerable.Range(0, text == 0 ? length : length - random.NextInt((length / 4) + 1))
                .Select(_ => random.NextInt(config.VocabularySize)).ToArray()))];
        placed = model.Place(texts);
        order = placed.InOrder(Enumerable.Range(0, batch));
        model.train();
    }

    /// <summary>The tokens of the batch; padding does not count as work.</summary>
    public int Tokens => texts.Sum(text => text.Tokens.Length);

    /// <summary>The median seconds of forward, backward and Adam's step.</summary>
    public double StepSeconds() => Measured.Seconds(() =>
    {
        parameters.ClearGradients();
        nn.functional.cross_entropy(
            model.Logits(order.Batch(0, texts.Length)), zeros(texts.Length, dtype: ScalarType.Int64)).backward();
        parameters.MaskGradients();
        parameters.ClipGradients(1);
        optimizer.Step();
    });

    /// <summary>The seconds of the step's matrix products alone.</summary>
    public double ProductSeconds() => MatrixProducts.Seconds(config, texts.Length, length, Measured.Seconds);

    public static void RunSteps(string folder, int batch, int length, int threads)
    {
        using var bench = new FineTuning(folder, batch, length, threads);
        var step = bench.StepSeconds();
        var peak = Measured.PeakMiB();
        var products = bench.ProductSeconds();
        using var ofBf16 = new FineTuning(folder, batch, length, threads, Precision.Bf16);
        var inBf16 = ofBf16.StepSeconds();
        var (config, tokens) = (bench.config, bench.Tokens);
        Measured.Say(
            $"{config.Layers} layers, width {config.Width}, {config.Parameters / 1e6:F1} million parameters; "
                + $"batch {batch}, {tokens / (double)batch:F1} tokens per text, {length} at most, {threads} thread(s)");
        Measured.Say($"  a training step      {1000 * step,8:F0} ms   {tokens / step,8:F0} tokens/s, without padding");
        Measured.Say(
            $"  its matrix products  {1000 * products,8:F0} ms   {products / step,8:P0} of the step, which runs at "
                + "that share of their speed");
        Measured.Say(
            $"  a step in bf16       {1000 * inBf16,8:F0} ms   {step / inBf16,8:F2} times as fast as float32");
        Measured.Say($"  peak memory          {peak,8:F0} MiB in the steps in float32");
    }

    public void Dispose()
    {
        order.Dispose();
        placed.Dispose();
        model.Dispose();
        parameters.Dispose();
        optimizer.Dispose();
    }
}
