using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Runs;
using PieService.Worker.Text;

namespace PieService.Golden;

/// <summary>
/// Golden inputs are numbers of pieces, so this creates a checkpoint folder whose tokenizer gives these numbers.
/// </summary>
internal sealed class GoldenPieces : GoldenData
{
    private const int Heads = 4;            // defined in the README of the folder, since no shape depends on it

    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    public GoldenPieces(GoldenTensors data, GoldenTensors training, LearningTask task, string folder)
        : base(data, task, folder)
    {
        var vocabulary = WriteCheckpoint(training);
        var length = data.Shape("train_x.input_ids")[1];
        Model = Of(Architecture.Bert, new(MaxLength: length), checkpoint: "golden");
        long[] ids = [.. data.Get<long>("train_x.input_ids"), .. data.Get<long>("test_x.input_ids")];
        long[] mask = [.. data.Get<long>("train_x.attention_mask"), .. data.Get<long>("test_x.attention_mask")];
        var pieces = WordPiece.Load(FileOf("golden"), vocabulary.Length);
        var builder = new TokenisedDatasetBuilder(DatasetHash, Classes, pieces, task);
        foreach (var (example, split, labels) in Examples)
        {
            var tokens = ids.AsSpan(example * length, (int)mask.AsSpan(example * length, length).ToArray().Sum())
                .ToArray();
            builder.Add(split, string.Join(' ', tokens[1..^1].Select(id => vocabulary[id])), null, labels);
        }
        builder.Build().Save(FileOf("tokens"));
    }

    public override Recipe Model { get; }

    public override TrainingAssignment Assignment(Recipe recipe, string output) =>
        Assignment(recipe, output, vectors: null, FileOf("golden"));

    private string[] WriteCheckpoint(GoldenTensors training)
    {
        const string Encoder = "init.bert.", Words = "init.bert.embeddings.word_embeddings.weight";
        var (vocabulary, width) = (training.Shape(Words)[0], training.Shape(Words)[1]);
        Directory.CreateDirectory(FileOf("golden"));
        File.WriteAllText(
            FileOf("golden/config.json"),
            JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["vocab_size"] = vocabulary,
                ["hidden_size"] = width,
                ["num_hidden_layers"] = training.Names.Count(
                    name => name.EndsWith("self.query.weight", StringComparison.Ordinal)
                        && name.StartsWith(Encoder, StringComparison.Ordinal)),
                ["num_attention_heads"] = Heads,
                ["intermediate_size"] = training.Shape("init.bert.encoder.layer.0.intermediate.dense.weight")[0],
                ["max_position_embeddings"] = training.Shape("init.bert.embeddings.position_embeddings.weight")[0],
                ["type_vocab_size"] = training.Shape("init.bert.embeddings.token_type_embeddings.weight")[0],
                ["hidden_dropout_prob"] = 0,
                ["attention_probs_dropout_prob"] = 0,
            }));
        string[] words = [.. Special,
            .. Enumerable.Range(Special.Length, vocabulary - Special.Length).Select(id => $"w{id}")];
        File.WriteAllLines(FileOf("golden/vocab.txt"), words);
        var weights = new SafeTensors();
        foreach (var name in training.Names.Where(name => name.StartsWith(Encoder, StringComparison.Ordinal)))
            weights.Add(
                name["init.".Length..], training.Get<float>(name),
                [.. training.Shape(name).Select(side => (long)side)]);
        weights.Write(FileOf("golden/model.safetensors"));
        return words;
    }
}
