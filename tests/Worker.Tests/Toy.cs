using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Text;

namespace PieService.Worker.Tests;

/// <summary>
/// A separable toy task: each class has words of its own among words that all classes share.
/// </summary>
internal static class Toy
{
    public const string DatasetHash = "sha256:toy";

    public static readonly TrainerSettings Cpu = new("cpu", Threads: 1);

    public static TokenisedDataset Dataset(int train = 120, int validation = 30, int test = 40, int classes = 3)
    {
        var builder = new TokenisedDatasetBuilder(DatasetHash, classes);
        var chance = KeyedRandom.For("toy");
        foreach (var (split, count) in new[] { ("train", train), ("validation", validation), ("test", test) })
            for (var i = 0; i < count; i++) builder.Add(split, Text(chance, i % classes), i % classes);
        return builder.Build();
    }

    public static Recipe Recipe(Method method, decimal sparsity = 0, int epochs = 2, string? vectors = null) => new(
        DatasetHash, Architecture.BiLstm, vectors,
        new(epochs, BatchSize: 16, LearningRate: 0.01, MaxLength: 12, HiddenSize: 6, EmbeddingSize: 8),
        Protocol.Sound, method, PruningRule.Of(method) is null ? 0 : sparsity == 0 ? 70 : sparsity);

    /// <summary>Each label is drawn independently and has a word of its own; some texts have no label.</summary>
    public static TokenisedDataset MultiLabel(int train = 120, int validation = 30, int test = 40, int classes = 3)
    {
        var builder = new TokenisedDatasetBuilder(DatasetHash, classes, task: LearningTask.MultiLabel);
        var chance = KeyedRandom.For("toy", "multi-label");
        foreach (var (split, count) in new[] { ("train", train), ("validation", validation), ("test", test) })
            for (var i = 0; i < count; i++)
            {
                short[] labels = [
                    .. Enumerable.Range(0, classes).Where(_ => chance.NextInt(3) == 0).Select(c => (short)c)];
                string[] text = [.. labels.Select(c => $"class{c}word{chance.NextInt(3)}"),
                    .. Enumerable.Range(0, 3).Select(_ => $"shared{chance.NextInt(6)}")];
                chance.Shuffle<string>(text);
                builder.Add(split, text, labels);
            }
        return builder.Build();
    }

    private static List<string> Text(KeyedRandom chance, int label)
    {
        var words = new List<string>();
        for (var length = 2 + chance.NextInt(12); length > 0; length--)
            words.Add(chance.NextInt(3) == 0 ? $"class{label}word{chance.NextInt(5)}" : $"shared{chance.NextInt(40)}");
        words.Add($"class{label}word{chance.NextInt(5)}");
        chance.Shuffle<string>(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(words));
        return words;
    }
}
