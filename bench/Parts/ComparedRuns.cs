using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Bench.Parts;

/// <summary>
/// A dataset, and one comparison of dense runs with pruned ones, whose predictions follow from a hash.
/// </summary>
internal static class ComparedRuns
{
    public const int Classes = 3;

    /// <summary>Stores a dataset and a sweep of one comparison, and returns the comparison.</summary>
    /// <param name="examples">The number of test examples.</param>
    public static async Task<Guid> SubmitAsync(
        PooledDbContextFactory<PieDbContext> contexts, int examples, int seeds)
    {
        var dataset = new Dataset
        {
            Id = Guid.CreateVersion7(),
            Name = "bench",
            Task = LearningTask.SingleLabel,
            Labels = ["entailment", "neutral", "contradiction"],
            ContentHash = "sha256:bench",
            Splits =
            [
                new(Split.Test, examples, [.. Enumerable.Range(0, Classes)
                    .Select(label => (examples + Classes - 1 - label) / Classes)], new(24, 23, 40, 78), []),
            ],
            Quality = new(0, 0, 0, 0, 0),
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await using var db = contexts.CreateDbContext();
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO examples (dataset_id, split, position, id, source_id, text, labels)
            SELECT {dataset.Id}, 'test', position, gen_random_uuid(), 'test:' || position, 'a text',
                ARRAY[(position % {Classes})::smallint]
            FROM generate_series(0, {examples - 1}) AS position
            """);
        var sweep = new Sweep
        {
            Id = Guid.CreateVersion7(),
            Name = "bench",
            DatasetId = dataset.Id,
            Request = new()
            {
                Name = "bench",
                DatasetId = dataset.Id,
                Models = [new() { Architecture = Architecture.BiLstm }],
                Methods = [Method.Imp],
                Sparsities = [50],
                Seeds = new(0, seeds),
            },
        };
        await new SweepStore(contexts).SubmitAsync(
            sweep, SweepExpansion.Expand(sweep.Request, dataset.ContentHash), CancellationToken.None);
        return await db.Comparisons.Select(one => one.Id).SingleAsync();
    }

    /// <summary>Marks all runs as succeeded.</summary>
    public static Task SucceedAsync(PieDbContext db) => db.Runs.ExecuteUpdateAsync(
        set => set.SetProperty(run => run.State, RunState.Succeeded)
            .SetProperty(run => run.AchievedSparsity, run => (double)run.Sparsity));

    public static RunPredictions Predictions(Run run, int examples)
    {
        var (classes, scores) = (new byte[2 * examples], new byte[2 * examples * Classes]);
        for (var position = 0; position < examples; position++) classes[2 * position] = (byte)Class(run, position);
        var random = KeyedRandom.For("bench", "scores", run.Seed, run.Method);
        // Numbers between 1 and 2, whose bits hardly repeat.
        for (var at = 0; at < scores.Length; at += 2)
            BinaryPrimitives.WriteHalfLittleEndian(scores.AsSpan(at), (Half)(1 + (random.NextInt(1024) / 1024.0)));
        return new()
        {
            RunId = run.Id,
            Split = Split.Test,
            Examples = examples,
            ClassCount = Classes,
            Classes = classes,
            Scores = scores,
        };
    }

    /// <summary>
    /// The gold class, but for one example in eight, which depends on the run. On one example in twelve, pruning
    /// changes the answers of one eighth to all of the pruned runs to the next class: about half of these examples are
    /// PIEs.
    /// </summary>
    public static int Class(Run run, int position)
    {
        var isPruned = run.Method == Method.Imp;
        var hash = KeyedRandom.Mix(((ulong)position << 20) + ((ulong)run.Seed << 1) + (isPruned ? 1u : 0));
        if (hash % 8 == 0) return (int)((hash >> 8) % Classes);
        var effect = KeyedRandom.Mix(~(ulong)position);
        return isPruned && effect % 12 == 0 && (hash >> 32) % 8 <= (effect >> 32) % 8
            ? (position + 1) % Classes : position % Classes;
    }
}
