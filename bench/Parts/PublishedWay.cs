using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Runs;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Bench.Parts;

/// <summary>
/// The sweep as the published code computes it: every text padded to the same length, every run from its initial
/// weights, in one process with the system's allocator. Nothing is stored in a database, nothing is labelled, and no
/// checkpoint is written during a run, so what the service does besides training counts against the service.
/// </summary>
internal static class PublishedWay
{
    /// <summary>
    /// More tokens than a BERT's input has. The model pads a batch to its longest text only, so every text is as long
    /// as the input. A pad that is attended to costs as much as one that is not.
    /// </summary>
    private static readonly string Pads = string.Concat(Enumerable.Repeat(" [PAD]", StudyTexts.MaxLength));

    // The published code does not save an epoch.
    private static readonly TrainerSettings Settings = new("cpu", Threads: 1, CheckpointInterval: TimeSpan.FromDays(1));

    /// <param name="source">The file of word vectors, or the folder of the checkpoint.</param>
    /// <returns>
    /// The seconds of processor time of the runs. The texts are tokenised before, and a dense run of another seed,
    /// which compiles the methods, does not count, as with the service.
    /// </returns>
    public static double Train(SmallStudy study, string source)
    {
        var scratch = Directory.CreateTempSubdirectory("pie-bench-");
        try
        {
            var isBert = study.Architecture == Architecture.Bert;
            var dataset = Tokenise(study, isBert ? source : null);
            var tokens = Path.Combine(scratch.FullName, "tokens");
            dataset.Save(tokens);
            var vectors = isBert ? null : Path.Combine(scratch.FullName, "vectors");
            if (vectors is not null) WordVectors.Reduce(source, "bench", dataset).Save(vectors);
            var recipes = study.Recipes(
                dataset.ContentHash, Protocol.Paper, isBert ? null : "bench", isBert ? "bench" : null).ToList();
            var number = 0;
            Run(recipes[0], study.WarmUpSeed);
            var before = Environment.CpuUsage.TotalTime;
            foreach (var recipe in recipes)
                for (var seed = 0; seed < study.Seeds; seed++) Run(recipe, seed);
            return (Environment.CpuUsage.TotalTime - before).TotalSeconds;

            void Run(Recipe recipe, int seed) => new RunTraining(Settings).Execute(
                new(Guid.Empty, recipe, seed, tokens, vectors, Path.Combine(scratch.FullName, $"{number++}"),
                    Resume: null, Trunk: null, [TokenisedDataset.Test], PretrainedFolder: isBert ? source : null),
                new(_ => { }, Console.Error.WriteLine, Heartbeat.None));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static TokenisedDataset Tokenise(SmallStudy study, string? checkpoint)
    {
        var pieces = checkpoint is null
            ? null : WordPiece.Load(checkpoint, BertConfig.Read(checkpoint).VocabularySize);
        var builder = pieces is null
            ? new TokenisedDatasetBuilder("bench", StudyTexts.Classes)
            : new TokenisedDatasetBuilder("bench", StudyTexts.Classes, pieces);
        foreach (var (split, count) in new[] { (TokenisedDataset.Train, study.Train),
            (TokenisedDataset.Test, study.Test) })
            foreach (var (text, label) in StudyTexts.Of(split, count))
                if (pieces is null) builder.Add(split, text.Split(' '), label);
                else builder.Add(split, text + Pads, null, label);
        return builder.Build();
    }
}
