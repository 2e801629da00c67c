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
internal static class FineTuning
{
    /// <param name="length">
    /// The tokens of the longest text. The others have at least three quarters of it, as in batches of similar length.
    /// </param>
    public static void RunSteps(string folder, int batch, int length, int threads)
    {
        set_num_threads(threads);
        manual_seed(0);
        var config = BertConfig.Read(folder);
        using var model = new BertClassifier(config, BertWeights.Load(folder), classCount: 3, Protocol.Sound, CPU);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, 5e-5);
        var random = KeyedRandom.For("bench");
        TextInput[] texts = [.. Enumerable.Range(0, batch).Select(text => new TextInput(
            Enumerable.Range(0, text == 0 ? length : length - random.NextInt((length / 4) + 1))
                .Select(_ => random.NextInt(config.VocabularySize)).ToArray()))];
        var tokens = texts.Sum(text => text.Tokens.Length);             // padding does not count as work

        model.train();
        var step = Measured.Seconds(() =>
        {
            parameters.ClearGradients();
            nn.functional.cross_entropy(model.Logits(texts), zeros(batch, dtype: ScalarType.Int64)).backward();
            parameters.MaskGradients();
            parameters.ClipGradients(1);
            optimizer.Step();
        });
        var peak = Measured.PeakMiB();
        var products = MatrixProducts.Seconds(config, batch, length, Measured.Seconds);
        Measured.Say(
            $"{config.Layers} layers, width {config.Width}, {config.Parameters / 1e6:F1} million parameters; "
                + $"batch {batch}, {tokens / (double)batch:F1} tokens per text, {length} at most, {threads} thread(s)");
        Measured.Say($"  a training step      {1000 * step,8:F0} ms   {tokens / step,8:F0} tokens/s, without padding");
        Measured.Say(
            $"  its matrix products  {1000 * products,8:F0} ms   {products / step,8:P0} of the step, which runs at "
                + "that share of their speed");
        Measured.Say($"  peak memory          {peak,8:F0} MiB in these steps");
    }
}
