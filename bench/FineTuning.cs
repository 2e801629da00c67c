using System.Diagnostics;
using System.Globalization;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// Steps of fine-tuning a checkpoint on the CPU: how fast they are, also beside the matrix products that they cannot do without, and how
/// much memory the process takes at most.
/// </summary>
internal static class FineTuning
{
    private const int Steps = 8, WarmUp = 2;

    /// <param name="length">Tokens of the longest text; others have three quarters of it at least, as in batches of texts of similar length.</param>
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
            Enumerable.Range(0, text == 0 ? length : length - random.NextInt((length / 4) + 1)).Select(_ => random.NextInt(config.VocabularySize)).ToArray()))];
        var tokens = texts.Sum(text => text.Tokens.Length);             // pads are no work that anybody asked for

        model.train();
        var step = MedianSeconds(() =>
        {
            parameters.ClearGradients();
            nn.functional.cross_entropy(model.Logits(texts), zeros(batch, dtype: ScalarType.Int64)).backward();
            parameters.MaskGradients();
            parameters.ClipGradients(1);
            optimizer.Step();
        });
        var peak = PeakMiB();
        var products = MatrixProducts.Seconds(config, batch, length, MedianSeconds);
        Say($"{config.Layers} layers, width {config.Width}, {config.Parameters / 1e6:F1} million parameters; batch {batch}, {tokens / (double)batch:F1} tokens a text, {length} at most, {threads} thread(s)");
        Say($"  a training step      {1000 * step,8:F0} ms   {tokens / step,8:F0} tokens/s, pads not counted");
        Say($"  its matrix products  {1000 * products,8:F0} ms   {products / step,8:P0} of the step: it runs at that share of their speed");
        Say($"  most memory          {peak,8:F0} MiB in these steps");
    }

    /// <summary>The product's own loop over a few batches, with all that a run does: checkpoints, pruning and rewinding three times, predictions.</summary>
    public static void RunWhole(string folder, int batch, int length, int threads)
    {
        var (scratch, tokens, random) = (Directory.CreateTempSubdirectory("pie-bench-"), WordPiece.Load(folder), KeyedRandom.For("bench"));
        string[] words = [.. tokens.Vocabulary.Where(piece => piece.All(char.IsAsciiLetterLower))];
        var builder = new TokenisedDataset.Builder("bench", 3, tokens);
        foreach (var (split, count) in new[] { (TokenisedDataset.Train, 4 * batch), (TokenisedDataset.Test, 8 * batch) })
            for (var i = 0; i < count; i++) builder.Add(split, string.Join(' ', Enumerable.Range(0, length).Select(_ => words[random.NextInt(words.Length)])), null, i % 3);
        var path = Path.Combine(scratch.FullName, "tokens");
        builder.Build().Save(path);

        var recipe = new Recipe("bench", Architecture.Bert, null, new(Epochs: 1, batch, LearningRate: 5e-5, length), Protocol.Sound, Method.ImpWr, 90, Checkpoint: "bench");
        new RunTraining(new("cpu", threads)).Execute(
            new(Guid.Empty, recipe, 0, path, null, Path.Combine(scratch.FullName, "run"), null, null, [TokenisedDataset.Test], PretrainedFolder: folder),
            new(_ => { }, Console.Error.WriteLine, new Pulse(() => { }, CancellationToken.None)));
        scratch.Delete(recursive: true);
        Say($"  most memory          {PeakMiB(),8:F0} MiB in a whole run, IMP-WR");
    }

    private static double MedianSeconds(Action work)
    {
        var seconds = new List<double>();
        for (var i = 0; i < WarmUp + Steps; i++)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            work();
            if (i >= WarmUp) seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    /// <summary>Of this process since it began, as the kernel counted it.</summary>
    private static double PeakMiB() =>
        double.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
