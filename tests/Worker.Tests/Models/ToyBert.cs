using System.Text.Json;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Models;
using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

/// <summary>
/// A folder of the Hugging Face layout with a very small BERT of random weights, which tests can damage.
/// </summary>
internal sealed class ToyBert(int layers = 2) : IDisposable
{
    private const int Width = 8, Inner = 12, Positions = 10, Types = 2;

    private static readonly string[] Words =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cafe", "un", "##able", "+", "$", "!", "日", "a", "b", "##b",
            "한"];

    private readonly TemporaryFolder folder = new();

    public Dictionary<string, object?> Config { get; } = new(StringComparer.Ordinal)
    {
        ["model_type"] = "bert",
        ["vocab_size"] = Words.Length,
        ["hidden_size"] = Width,
        ["num_hidden_layers"] = layers,
        ["num_attention_heads"] = 2,
        ["intermediate_size"] = Inner,
        ["max_position_embeddings"] = Positions,
        ["type_vocab_size"] = Types,
    };

    public Dictionary<string, object?> Tokenizer { get; } = new(StringComparer.Ordinal);

    public List<string> Vocabulary { get; } = [.. Words];

    /// <summary>The shape of every tensor, by its name in the file.</summary>
    public Dictionary<string, long[]> Tensors { get; } =
        BertShapes.Of(Words.Length, Positions, Types, Width, Inner, layers);

    /// <summary>Writes the folder with the current settings and tensors.</summary>
    public string Write()
    {
        var path = folder["bert"];
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, BertConfig.FileName), JsonSerializer.Serialize(Config));
        File.WriteAllText(Path.Combine(path, WordPiece.SettingsFile), JsonSerializer.Serialize(Tokenizer));
        File.WriteAllLines(Path.Combine(path, WordPiece.VocabularyFile), Vocabulary);
        var (file, random) = (new SafeTensors(), new Random(5));
        foreach (var (name, shape) in Tensors)
            file.Add(
                name,
                Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                    .Select(_ => (float)(random.NextDouble() - 0.5)).ToArray(), shape);
        file.Write(Path.Combine(path, BertWeights.FileName));
        return path;
    }

    /// <summary>Writes the folder and reads its tokenizer.</summary>
    public WordPiece WriteTokens() => TokensOf(Write());

    public static WordPiece TokensOf(string path) => WordPiece.Load(path, BertConfig.Read(path).VocabularySize);

    public static BertClassifier Load(
        string path, Protocol protocol = Protocol.Sound, int classCount = 3, Precision precision = Precision.Fp32)
    {
        manual_seed(3);
        return new(BertConfig.Read(path), BertWeights.Load(path), classCount, protocol, CPU, precision);
    }

    public void Dispose() => folder.Dispose();
}
