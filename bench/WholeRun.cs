using System.Diagnostics;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Bench;

/// <summary>
/// The product's own training of a run with checkpoints, three times pruning and rewinding, and predictions. Prints the
/// peak memory of the process after the first epoch and at the end: the difference shows memory that grows without
/// bound.
/// </summary>
internal static class WholeRun
{
    private const int Classes = 3;

    /// <summary>Texts of 1 to 200 words, as in real data, so that batches have tensors of different sizes.</summary>
    public static void OfBiLstm()
    {
        var random = KeyedRandom.For("bench", "memory");
        var builder = new TokenisedDatasetBuilder("bench", Classes);
        foreach (var (split, count) in new[] { (TokenisedDataset.Train, 1_000), (TokenisedDataset.Test, 500) })
            for (var i = 0; i < count; i++)
                builder.Add(
                    split, [.. Enumerable.Range(0, 1 + random.NextInt(200)).Select(_ => $"w{random.NextInt(20_000)}")],
                    i % Classes);
        Run("BiLSTM", builder,
            new(Epochs: 4, BatchSize: 256, LearningRate: 1e-3, MaxLength: 200, HiddenSize: 100, EmbeddingSize: 100),
            Architecture.BiLstm, null);
    }

    /// <summary>Texts of 1 to 100 tokens.</summary>
    public static void OfBert(string folder) =>
        Run("BERT", Texts(folder, 160, 320, random => 1 + random.NextInt(98)),
            new(Epochs: 2, BatchSize: 32, LearningRate: 5e-5, MaxLength: 128), Architecture.Bert, folder);

    /// <summary>Texts of one length, with the batch size of <see cref="FineTuning"/>.</summary>
    public static void OfFineTuning(string folder, int batch, int length, int threads) =>
        Run("BERT", Texts(folder, 4 * batch, 8 * batch, _ => length - 2),
            new(Epochs: 1, batch, LearningRate: 5e-5, length), Architecture.Bert, folder, threads);

    private static TokenisedDatasetBuilder Texts(string folder, int train, int test, Func<KeyedRandom, int> lengthOf)
    {
        var tokens = WordPiece.Load(folder, BertConfig.Read(folder).VocabularySize);
        var random = KeyedRandom.For("bench");
        string[] words = [.. tokens.Vocabulary.Where(piece => piece.All(char.IsAsciiLetterLower))];
        var builder = new TokenisedDatasetBuilder("bench", Classes, tokens);
        foreach (var (split, count) in new[] { (TokenisedDataset.Train, train), (TokenisedDataset.Test, test) })
            for (var i = 0; i < count; i++)
                builder.Add(
                    split,
                    string.Join(
                        ' ', Enumerable.Range(0, lengthOf(random)).Select(_ => words[random.NextInt(words.Length)])),
                    null, i % Classes);
        return builder;
    }

    private static void Run(
        string model, TokenisedDatasetBuilder texts, Hyperparameters sizes, Architecture architecture,
        string? checkpoint, int threads = 1)
    {
        var scratch = Directory.CreateTempSubdirectory("pie-bench-");
        var tokens = Path.Combine(scratch.FullName, "tokens");
        texts.Build().Save(tokens);
        var recipe = new Recipe(
            "bench", architecture, null, sizes, Protocol.Sound, Method.ImpWr, 90,
            Checkpoint: checkpoint is null ? null : "bench");
        var (watch, afterFirst) = (Stopwatch.StartNew(), 0.0);
        new RunTraining(new("cpu", threads)).Execute(
            new(Guid.Empty, recipe, 0, tokens, null, Path.Combine(scratch.FullName, "run"), null, null,
                [TokenisedDataset.Test], PretrainedFolder: checkpoint),
            new(epoch =>
            {
                if (epoch.Epoch == 0)
                    afterFirst =
                        Measured.PeakMiB();
            }, Console.Error.WriteLine, new Heartbeat(() => { }, CancellationToken.None)));
        scratch.Delete(recursive: true);
        Measured.Say(
            $"{MemoryAllocator.OfThisProcess(),-10} {model,-8} {recipe.Plan.TotalEpochs,6} "
                + $"{watch.Elapsed.TotalSeconds,8:F0} {afterFirst,14:F0} {Measured.PeakMiB(),14:F0}");
    }
}
