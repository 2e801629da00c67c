using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Worker.Training;

namespace PieService.Golden;

/// <summary>A whole training of the published code, as a run of the product.</summary>
/// <param name="Json">The results.</param>
/// <param name="Tensors">The initial weights, the order of the examples, logits and masks.</param>
internal sealed record GoldenTraining(JsonElement Json, GoldenTensors Tensors, GoldenData Data)
{
    /// <param name="pathOf">The full path of a file of the folder of golden values.</param>
    /// <param name="name">The file without its extension, such as training/bilstm-single-dense.</param>
    /// <param name="folder">The folder for the inputs as files of the product.</param>
    public static GoldenTraining Read(Func<string, string> pathOf, string name, string folder)
    {
        var json = JsonDocument.Parse(File.ReadAllBytes(pathOf($"{name}.json"))).RootElement;
        var tensors = GoldenTensors.Read(pathOf($"{name}.safetensors"));
        var (isBert, task) = (Path.GetFileName(name).StartsWith("bert-", StringComparison.Ordinal),
            json.GetProperty("multilabel").GetBoolean() ? LearningTask.MultiLabel : LearningTask.SingleLabel);
        var inputs = GoldenTensors.Read(pathOf(
            $"training/data-{(isBert ? "bert" : "bilstm")}-"
                + $"{(task == LearningTask.MultiLabel ? "multi" : "single")}.safetensors"));
        Directory.CreateDirectory(folder);
        return new(json, tensors, isBert
            ? new GoldenPieces(inputs, tensors, task, folder) : new GoldenVectors(inputs, tensors, task, folder));
    }

    public Recipe Recipe => Data.Model with
    {
        Hyperparameters = Data.Model.Hyperparameters with
        {
            Epochs = Json.GetProperty("E").GetInt32(),
            BatchSize = Json.GetProperty("batch").GetInt32(),
            LearningRate = Json.GetProperty("lr").GetDouble(),
        },
        Method = Wire.Parse<Method>(Json.GetProperty("method").GetString()!),
        Sparsity = Json.GetProperty("target").GetDecimal(),
    };

    /// <summary>The randomness of the published training.</summary>
    public TrainingOrder Order => new(
        InitSeed: 0,
        TorchSeed: epoch => epoch,
        Batches: epoch => [.. Tensors.Get<int>($"order.{epoch}").Chunk(Json.GetProperty("batch").GetInt32())],
        ImpactSample: step => Tensors.Get<int>($"impact_order.{step - 1}"),
        ImpactSeed: step => step,
        InitialWeights: InitialWeights(Tensors));

    /// <summary>The values of every parameter by name, row-major.</summary>
    public static IReadOnlyDictionary<string, float[]> InitialWeights(GoldenTensors tensors) =>
        tensors.Names.Where(name => name.StartsWith("init.", StringComparison.Ordinal))
            .ToDictionary(name => name["init.".Length..], tensors.Get<float>);

    /// <summary>The largest change of a test logit if the published run computes in float64.</summary>
    public double Noise => Json.GetProperty("noise")
        .GetProperty("max_abs_test_logit_difference_float32_vs_float64").GetDouble();
}
