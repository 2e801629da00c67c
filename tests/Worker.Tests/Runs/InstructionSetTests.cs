using System.Diagnostics;
using System.Runtime.InteropServices;
using PieService.Domain.Recipes;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Runs;

/// <summary>
/// One trained model predicts the same with every instruction set. Each set needs a separate process.
/// </summary>
public sealed class InstructionSetTests : IDisposable
{
    // The sums of a hundred float32 products are in another order; the logits are about 1.
    private const double Tolerance = 1e-5;

    private const string FolderVariable = "PIE_TEST_FOLDER";

    private static readonly Recipe Recipe = Toy.Recipe(Method.Imp) with
    {
        Hyperparameters = new(
            Epochs: 1, BatchSize: 16, LearningRate: 0.001, MaxLength: 12, HiddenSize: 100, EmbeddingSize: 33),
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("Duration", "Long")]
    public async Task A_trained_model_predicts_the_same_with_AVX512_with_AVX2_and_without_AVX()
    {
        Toy.Dataset().Save(folder["tokens"]);
        var model = new RunTraining(Toy.Cpu).Execute(
            new(Guid.NewGuid(), Recipe, 0, folder["tokens"], null, folder["run"], null, null, ["test"],
                new KeptModelTarget(folder["model"], ["a", "b", "c"], "test")),
            new(_ => { }, warning => Assert.Fail(warning), new Heartbeat(() => { }, CancellationToken.None))).Model!;
        File.WriteAllText(folder["sha256"], model.Sha256);

        var widest = await LogitsAsync("DEFAULT", null);
        Assert.Contains(widest.Logits, logit => Math.Abs(logit) > 0.01);
        foreach (var (oneDnn, torch, names) in new[] { ("AVX2", "avx2", "AVX2"), ("AVX", "default", "AVX"), (
            "SSE41", "default", "SSE4.1") })
        {
            var (logits, instructionSet) = await LogitsAsync(oneDnn, torch);
            // The limit is in effect, so this is another computation if the processor has a wider set.
            Assert.Contains(names, instructionSet, StringComparison.Ordinal);
            Assert.Equal(widest.Logits.Length, logits.Length);
            Assert.All(
                widest.Logits.Zip(logits), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Tolerance));
        }
    }

    /// <summary>
    /// The test above starts this one, which writes the logits of the model in the folder that the variable names.
    /// </summary>
    [Fact(Explicit = true)]
    public void Logits_are_written()
    {
        using var scope = NewDisposeScope();
        string At(string name) => Path.Combine(Environment.GetEnvironmentVariable(FolderVariable)!, name);
        var dataset = TokenisedDataset.Load(At("tokens"));
        using var model = Classifiers.Create(
            Recipe, new(Recipe, dataset, Vectors: null, Pretrained: null), Toy.Cpu.Prepare().Device);
        using var parameters = new ParameterBuffer(model);
        ModelExport.Restore(new(At("model"), File.ReadAllText(At("sha256"))), parameters);
        var scores = Evaluation.Run(
            model, dataset.Split("test").Truncated(12), new Heartbeat(() => { }, CancellationToken.None));
        File.WriteAllBytes(At("logits"), MemoryMarshal.AsBytes(scores.Logits.AsSpan()).ToArray());
    }

    /// <param name="oneDnn">The widest instruction set that oneDNN may use.</param>
    /// <param name="torch">The instruction set of torch's own kernels; null: torch chooses.</param>
    /// <returns>The logits, and the instruction set in the log of oneDNN.</returns>
    private async Task<(float[] Logits, string InstructionSet)> LogitsAsync(string oneDnn, string? torch)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            typeof(InstructionSetTests).Assembly.Location, "-explicit", "only", "-method",
            $"{typeof(InstructionSetTests).FullName}.{nameof(Logits_are_written)}",
        ])
        { RedirectStandardOutput = true };
        start.Environment[FolderVariable] = folder["."];
        start.Environment["ONEDNN_VERBOSE"] = "1";
        start.Environment["ONEDNN_MAX_CPU_ISA"] = oneDnn;
        start.Environment.Remove("ATEN_CPU_CAPABILITY");
        if (torch is not null) start.Environment["ATEN_CPU_CAPABILITY"] = torch;
        File.Delete(folder["logits"]);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(File.Exists(folder["logits"]), output);
        // An evaluation by the product's own code never uses the kernel that is wrong on some machines.
        Assert.Contains(",rnn,", output, StringComparison.Ordinal);
        Assert.DoesNotContain("forward_inference", output, StringComparison.Ordinal);
        var logits = MemoryMarshal.Cast<byte, float>(
            await File.ReadAllBytesAsync(folder["logits"], TestContext.Current.CancellationToken)).ToArray();
        return (logits, output.Split('\n').First(line => line.Contains("info,cpu,isa:", StringComparison.Ordinal)));
    }
}
