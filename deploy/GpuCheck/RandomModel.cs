using PieService.Domain;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Models;
using PieService.Worker.Tests.Models;
using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.GpuCheck;

/// <summary>Models of given sizes with random weights, and random texts for them.</summary>
internal static class RandomModel
{
    private const int Classes = 3;
    private const double Dropout = 0.1, Deviation = 0.02;

    /// <summary>The model on a device; torch is seeded with 1.</summary>
    public static Classifier Of(Architecture architecture, ModelSizes sizes, Precision precision, Device device)
    {
        manual_seed(1);
        return architecture == Architecture.BiLstm
            ? new BiLstmClassifier(
                new([.. Enumerable.Range(0, sizes.Words)], sizes.Words, sizes.Width,
                    Numbers(sizes.Words * sizes.Width)),
                sizes.Units, Classes, device)
            : new BertClassifier(Config(sizes), Weights(sizes), Classes, Protocol.Sound, device, precision);
    }

    /// <summary>Texts of equal length.</summary>
    public static TokenisedSplit Texts(ModelSizes sizes, int count)
    {
        var random = KeyedRandom.For("gpu-check");
        int[] tokens = [.. Enumerable.Range(0, count * sizes.Tokens).Select(_ => random.NextInt(sizes.Words))];
        return new(
            TokenisedDataset.Train, tokens,
            [.. Enumerable.Range(0, count + 1).Select(text => (long)text * sizes.Tokens)],
            PackedLabels.OfClasses(Classes, Enumerable.Range(0, count).Select(text => text % Classes)));
    }

    private static BertConfig Config(ModelSizes sizes) => new(
        sizes.Words, sizes.Width, sizes.Layers, sizes.Heads, sizes.Units, Math.Max(512, sizes.Tokens), 2, 0, Dropout,
        Dropout, 1e-12, Deviation, Activation.Gelu);

    private static BertWeights Weights(ModelSizes sizes)
    {
        var file = new SafeTensors();
        foreach (var (name, shape) in BertShapes.Of(
            sizes.Words, Math.Max(512, sizes.Tokens), 2, sizes.Width, sizes.Units, sizes.Layers))
        {
            var size = (int)shape.Aggregate(1L, (all, side) => all * side);
            var isScale = name.EndsWith("LayerNorm.weight", StringComparison.Ordinal);
            file.Add(name, isScale ? [.. Enumerable.Repeat(1f, size)] : Numbers(size), shape);
        }
        return new(file, "random weights");
    }

    private static float[] Numbers(int count)
    {
        using var scope = NewDisposeScope();
        using TorchSharp.Scalar deviation = Deviation;        // kept while native code reads it
        return randn(count).mul(deviation).data<float>().ToArray();
    }
}
