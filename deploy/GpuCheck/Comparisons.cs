using PieService.Golden;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.GpuCheck;

/// <summary>Comparisons with values that others computed: whole trainings, and outputs of an encoder.</summary>
internal sealed class Comparisons(TrainerSettings settings, string folder)
{
    private const string GoldenSetting = "PIE_GOLDEN", ModelsSetting = "PIE_MODELS";

    /// <summary>
    /// A GPU adds in another order than the processor of the published run, whose own error in float32 is stated; a
    /// hundred times as much is allowed, and 0.5 % of the entries of a mask.
    /// </summary>
    private const double TimesNoise = 100, LeastTolerance = 1e-3, MostMaskEntries = 0.005;

    /// <summary>The tolerance that the reference outputs state.</summary>
    private const double OutputTolerance = 1e-4;

    public IEnumerable<(string Name, Func<Found> Compare)> OfGolden()
    {
        if (FolderOf(GoldenSetting) is not { } root)
        {
            yield return ("golden trainings", () => Found.Skipped($"{GoldenSetting} does not name a folder"));
            yield break;
        }
        foreach (var file in Directory.GetFiles(Path.Combine(root, "training"), "*.json")
            .Order(StringComparer.Ordinal))
        {
            var name = Path.Combine("training", Path.GetFileNameWithoutExtension(file));
            yield return ($"golden {name}", () => Training(root, name));
        }
    }

    public IEnumerable<(string Name, Func<Found> Compare)> OfModels()
    {
        string[] models = FolderOf(ModelsSetting) is { } root
            ? [.. Directory.GetDirectories(root).Where(model => File.Exists(OutputsOf(model))).Order()] : [];
        if (models.Length == 0)
            yield return (
                "reference outputs",
                () => Found.Skipped($"{ModelsSetting} does not name a folder of models with a reference"));
        foreach (var model in models) yield return ($"outputs of {Path.GetFileName(model)}", () => Outputs(model));
    }

    /// <summary>Trains as the published run did, and compares the last masks and test logits.</summary>
    private Found Training(string root, string name)
    {
        var own = Path.Combine(folder, Path.GetFileName(name));
        var golden = GoldenTraining.Read(file => Path.Combine(root, file), name, own);
        var assignment = golden.Data.Assignment(golden.Recipe, Path.Combine(own, "run"));
        CheckpointFile? last = null;
        new RunTraining(settings).Execute(
            assignment, new(epoch => last = epoch.Checkpoint ?? last, _ => { }, Heartbeat.None), _ => golden.Order);

        var trained = SafeTensors.Read(last!.Path);
        using var scope = NewDisposeScope();
        var inputs = TrainingInputs.Load(assignment);
        using var model = Classifiers.Create(golden.Recipe, inputs, settings.Prepare().Device);
        using var parameters = new ParameterBuffer(model);
        parameters.SetValues(parameters.Segments.ToDictionary(
            segment => segment.Name, segment => trained.Get<float>(segment.Name)));
        var logits = Evaluation.Run(model, inputs.Split(TokenisedDataset.Test), Heartbeat.None).Logits;
        var expected = golden.Tensors.Get<float>($"test_logits.{last.EpochsDone - 1}");

        var (deviation, strayed) = (Furthest(expected, logits), MasksThatDiffer(golden, trained));
        var tolerance = Math.Max(LeastTolerance, TimesNoise * golden.Noise);
        return Found.Of(
            deviation <= tolerance && strayed <= MostMaskEntries,
            $"a test logit is at most {deviation:g2} away (allowed {tolerance:g2}), {strayed:P2} of the mask differ");
    }

    /// <summary>The share of the entries of the last masks that differ; 0 if nothing is pruned.</summary>
    private static double MasksThatDiffer(GoldenTraining golden, SafeTensors trained)
    {
        var last = golden.Recipe.Plan.PruneAfter.Count - 1;
        if (last < 0) return 0;
        var (different, entries) = (0, 0);
        var prefix = $"mask.{last}.";
        foreach (var name in golden.Tensors.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var theirs = golden.Tensors.Get<byte>(name);
            var ours = trained.Get<byte>($"mask.{name[prefix.Length..]}");
            different += theirs.Zip(ours).Count(pair => pair.First != pair.Second);
            entries += theirs.Length;
        }
        return different / (double)entries;
    }

    private Found Outputs(string folderOfModel)
    {
        var reference = GoldenTensors.Read(OutputsOf(folderOfModel));
        var device = settings.Prepare().Device;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = new BertClassifier(
            BertConfig.Read(folderOfModel), BertWeights.Load(folderOfModel), classCount: 2,
            Domain.Recipes.Protocol.Paper, device);
        model.eval();
        const string end = ".pooler_output";
        var furthest = reference.Names.Where(name => name.EndsWith(end, StringComparison.Ordinal))
            .Select(name => name[..^end.Length])
            .Max(input => Furthest(
                reference.Get<float>(input + end),
                ParameterBuffer.ToArray(model.Pooled(Batch(reference, input, device)).contiguous())));
        return Found.Of(
            furthest <= OutputTolerance, $"an output of the pooler is at most {furthest:g2} away (allowed 1e-4)");
    }

    private static BertBatch Batch(GoldenTensors reference, string input, Device device)
    {
        long[] shape = [.. reference.Shape($"{input}.input_ids").Select(side => (long)side)];
        return new(
            tensor(reference.Get<long>($"{input}.input_ids"), shape, device: device),
            tensor(reference.Get<long>($"{input}.token_type_ids"), shape, device: device),
            tensor(reference.Get<long>($"{input}.attention_mask"), shape, device: device).to(ScalarType.Bool));
    }

    private static double Furthest(float[] expected, float[] actual) => expected.Length == actual.Length
        ? expected.Zip(actual, (theirs, ours) => float.IsFinite(ours) ? Math.Abs((double)theirs - ours) : 1e30).Max()
        : throw new InvalidDataException($"{actual.Length} values, not {expected.Length}");

    private static string OutputsOf(string model) => Path.Combine(model, "reference", "outputs.safetensors");

    private static string? FolderOf(string setting) =>
        Environment.GetEnvironmentVariable(setting) is { Length: > 0 } given && Directory.Exists(given) ? given : null;
}
