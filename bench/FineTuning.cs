using System.Diagnostics;
using System.Globalization;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>Steps of fine-tuning a checkpoint on the CPU: how fast they are, and how much memory the process takes at most.</summary>
internal static class FineTuning
{
    private const int Steps = 8, WarmUp = 2;

    /// <param name="length">Tokens of each text.</param>
    public static void Run(string folder, int batch, int length, int threads)
    {
        set_num_threads(threads);
        manual_seed(0);
        var config = BertConfig.Read(folder);
        using var model = new BertClassifier(config, BertWeights.Load(folder), classCount: 3, Protocol.Sound, CPU);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, 5e-5);
        var random = KeyedRandom.For("bench");
        TextInput[] texts = [.. Enumerable.Range(0, batch).Select(_ => new TextInput(Enumerable.Range(0, length).Select(_ => random.NextInt(config.VocabularySize)).ToArray()))];

        model.train();
        var seconds = new List<double>();
        for (var step = 0; step < WarmUp + Steps; step++)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            parameters.ClearGradients();
            nn.functional.cross_entropy(model.Logits(texts), zeros(batch, dtype: ScalarType.Int64)).backward();
            parameters.MaskGradients();
            parameters.ClipGradients(1);
            optimizer.Step();
            if (step >= WarmUp) seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        seconds.Sort();
        var median = seconds[seconds.Count / 2];
        Say($"{config.Layers} layers, width {config.Width}, {config.Parameters / 1e6:F1} million parameters; batch {batch}, {length} tokens a text, {threads} thread(s)");
        Say($"  a training step      {1000 * median,8:F0} ms   {batch * length / median,8:F0} tokens/s");
        Say($"  most memory          {PeakMiB(),8:F0} MiB while it trains");

        var checkpoints = Directory.CreateTempSubdirectory("pie-bench-");
        Checkpoint.Save(checkpoints.FullName, new CheckpointIdentity("", 0, null, new TrainerSettings("cpu", threads).Prepare()), 1, parameters, optimizer);
        checkpoints.Delete(recursive: true);
        Say($"                       {PeakMiB(),8:F0} MiB with a checkpoint written");
    }

    /// <summary>Of this process since it began, as the kernel counted it.</summary>
    private static double PeakMiB() =>
        double.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
