using System.Text.Json;
using PieService.Worker.Files;
using PieService.Worker.Tests.Models;

namespace PieService.Pipeline.Tests;

/// <summary>
/// Writes the folder of a checkpoint: a very small BERT of random weights, with the words of the tests' texts.
/// </summary>
internal static class TinyBert
{
    public const int Positions = 24;

    private const int Width = 16, Inner = 32, Layers = 2;

    private static readonly string[] Words =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "film", "was", "a", "story", "of", "two", "friends", "in",
        "town", "with",
        "music", "and", "rain", "bad", "dull", "poor", "good", "fine", "great", "not",
    ];

    /// <param name="more">Words of its vocabulary beside those of most tests.</param>
    public static void Write(string folder, params string[] more)
    {
        Directory.CreateDirectory(folder);
        string[] words = [.. Words.Union(more)];
        WriteConfig(folder, words.Length);
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), words);
        var (file, random) = (new SafeTensors(), new Random(5));
        foreach (var (name, shape) in BertShapes.Of(words.Length, Positions, types: 2, Width, Inner, Layers))
        {
            // As a BERT is initialized: LayerNorms are the identity, all other weights are small.
            var isScale = name.EndsWith("LayerNorm.weight", StringComparison.Ordinal);
            file.Add(
                name,
                Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                    .Select(_ => isScale ? 1 : (float)(random.NextDouble() - 0.5) / 5).ToArray(), shape);
        }
        file.Write(Path.Combine(folder, "model.safetensors"));
    }

    public static void WriteConfig(string folder, int vocabularySize, int width = Width) => File.WriteAllText(
        Path.Combine(folder, "config.json"),
        JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["model_type"] = "bert",
            ["vocab_size"] = vocabularySize,
            ["hidden_size"] = width,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = 2,
            ["intermediate_size"] = Inner,
            ["max_position_embeddings"] = Positions,
        }));
}
