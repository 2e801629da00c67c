using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests;

/// <summary>Starting states of tests, created with the product's own statements.</summary>
public sealed class Situations(IServiceProvider services)
{
    public const int TestExamples = 8;

    private readonly IDbContextFactory<PieDbContext> contexts =
        services.GetRequiredService<IDbContextFactory<PieDbContext>>();

    public RunLeases Leases { get; } = services.GetRequiredService<RunLeases>();

    /// <summary>
    /// A dataset with three classes. Test example i has gold class i % 3; for multi-label data it has class c if bit c
    /// of i is set.
    /// </summary>
    /// <param name="more">The number of further classes, which no example has.</param>
    public async Task<Dataset> DatasetAsync(LearningTask task = LearningTask.SingleLabel, int more = 0)
    {
        var id = Guid.CreateVersion7();
        var dataset = new Dataset
        {
            Id = id,
            Name = "toy",
            Task = task,
            Labels = ["no", "maybe", "yes", .. Enumerable.Range(3, more).Select(c => $"label {c}")],
            ContentHash = $"sha256:{id:N}",
            Splits =
            [
                new(Split.Train, 30, [10, 10, 10, .. new int[more]], new TokenLengths(5, 5, 8, 9), []),
                new(Split.Test, TestExamples, task == LearningTask.SingleLabel
                    ? [3, 3, 2, .. new int[more]] : [4, 4, 4, .. new int[more]], new TokenLengths(5, 5, 8, 9), []),
            ],
            Quality = new(0, 0, 0, 0, 0),
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await using var db = await contexts.CreateDbContextAsync();
        db.Datasets.Add(dataset);
        db.Examples.AddRange(ExamplesOf(dataset, Split.Test));
        await db.SaveChangesAsync();
        return dataset;
    }

    /// <summary>
    /// Adds as many training examples as a dataset has test examples, with the same texts and classes.
    /// </summary>
    public async Task AddTrainingExamplesAsync(Dataset dataset)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.Examples.AddRange(ExamplesOf(dataset, Split.Train));
        await db.SaveChangesAsync();
    }

    private static IEnumerable<Example> ExamplesOf(Dataset dataset, Split split) =>
        Enumerable.Range(0, TestExamples).Select(position => new Example
        {
            DatasetId = dataset.Id,
            Split = split,
            Position = position,
            Id = Example.IdOf(dataset.Id, split, position),
            SourceId = $"{Wire.Name(split)}:{position}",
            Text = $"text {position}",
            Labels = dataset.Task == LearningTask.SingleLabel ? [(short)(position % 3)]
                : [.. Enumerable.Range(0, 3).Where(c => (position & (1 << c)) != 0).Select(c => (short)c)],
        });

    /// <summary>Lets the dataset of a sweep state ten examples more of each class on each split.</summary>
    public async Task StateManyExamplesAsync(Guid sweep)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var dataset = await db.Sweeps.Where(one => one.Id == sweep).Select(one => one.DatasetId).SingleAsync();
        var splits = await db.Datasets.Where(one => one.Id == dataset).Select(one => one.Splits).SingleAsync();
        IReadOnlyList<SplitSummary> more =
            [.. splits.Select(split => split with { PerLabel = [.. split.PerLabel.Select(count => count + 10)] })];
        await db.Datasets.Where(one => one.Id == dataset)
            .ExecuteUpdateAsync(update => update.SetProperty(one => one.Splits, more));
    }

    public static JsonObject Request(Dataset dataset, int seeds = 3, params string[] methods) => new()
    {
        ["name"] = "a sweep",
        ["datasetId"] = dataset.Id,
        ["models"] = new JsonArray(new JsonObject
        {
            ["architecture"] = "BiLSTM",
            ["hyperparameters"] = new JsonObject { ["epochs"] = 2 },
        }),
        ["methods"] = new JsonArray([.. methods.Select(method => (JsonNode)method)]),
        ["sparsities"] = methods.Length == 0 ? [] : new JsonArray(90),
        ["seeds"] = new JsonObject { ["first"] = 0, ["count"] = seeds },
    };

    /// <summary>One dense run of a BERT.</summary>
    public static JsonObject BertRequest(Dataset dataset, string checkpoint)
    {
        var request = Request(dataset, seeds: 1);
        request["models"] = new JsonArray(new JsonObject
        {
            ["architecture"] = "BERT",
            ["checkpoint"] = checkpoint,
            ["hyperparameters"] = new JsonObject { ["epochs"] = 2 },
        });
        return request;
    }

    public async Task<IReadOnlyList<Run>> RunsOfAsync(Guid sweep)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await (from link in db.SweepRuns
                      join run in db.Runs on link.RunId equals run.Id
                      where link.SweepId == sweep
                      orderby link.Ordinal
                      select run).AsNoTracking().ToListAsync();
    }

    public Claimant Worker { get; } = new("a worker", "its store", ["glove"], [], ComputeDevice.Cpu);

    /// <summary>Claims this run, which is moved to the head of the queue for that.</summary>
    public async Task<RunLease> ClaimAsync(Guid run)
    {
        await using var db = await contexts.CreateDbContextAsync();
        await db.Database.ExecuteSqlAsync($"UPDATE runs SET priority = -1 WHERE id = {run}");
        var claimed = await Leases.ClaimNextAsync(Worker, CancellationToken.None);
        await db.Database.ExecuteSqlAsync($"UPDATE runs SET priority = 1 WHERE id = {run}");
        Assert.Equal(run, claimed?.Run.Id);
        return claimed!.Lease;
    }

    /// <summary>
    /// Acts as the worker for multi-label data: each run predicts for test example i the set whose bits are sets(run,
    /// i).
    /// </summary>
    public async Task TrainMultiLabelAsync(Guid sweep, Func<Run, int, int> sets, double threshold)
    {
        foreach (var run in (await RunsOfAsync(sweep)).Where(run => run.State == RunState.Queued))
        {
            var predictions = new RunPredictions
            {
                RunId = run.Id,
                Split = Split.Test,
                Examples = TestExamples,
                ClassCount = 3,
                Classes = [.. Enumerable.Range(0, TestExamples).Select(i => (byte)sets(run, i))],
                Scores = [
                    .. Enumerable.Range(0, TestExamples * 3).SelectMany(i => BitConverter.GetBytes((Half)(i / 4.0)))],
                Threshold = threshold,
            };
            Assert.True(await Leases.SucceedAsync(
                await ClaimAsync(run.Id), new(Outcome with { Threshold = threshold }, "cpu", [predictions]),
                CancellationToken.None));
        }
    }

    /// <summary>Acts as the worker: each run predicts classes(run, i) for test example i.</summary>
    public async Task TrainAsync(
        Guid sweep, Func<Run, int, int> classes, Func<Run, RunOutcome>? outcome = null,
        Func<Run, KeptModel?>? model = null)
    {
        foreach (var run in (await RunsOfAsync(sweep)).Where(run => run.State == RunState.Queued))
            await TrainAsync(run, classes, outcome, model?.Invoke(run));
    }

    public async Task TrainAsync(
        Run run, Func<Run, int, int>? classes = null, Func<Run, RunOutcome>? outcome = null, KeptModel? model = null)
    {
        var lease = await ClaimAsync(run.Id);
        var predictions = Predictions(run, classes ?? ((_, _) => 0));
        Assert.True(await Leases.SucceedAsync(
            lease, new(outcome?.Invoke(run) ?? Outcome, "cpu", [predictions], model), CancellationToken.None));
    }

    public async Task LabelAsync(Guid sweep)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var labels = new ComparisonLabels(contexts);
        foreach (var id in await db.Comparisons.Where(comparison => comparison.SweepId == sweep)
            .Select(comparison => comparison.Id).ToListAsync())
            await labels.ExecuteAsync(id, CancellationToken.None);
    }

    public static RunOutcome Outcome { get; } = new(
        new RunScore(0.5, 0.4, 1.1, 0.5, 0.3, 0.5, 0.6, 0.5), [new TensorSparsity("l1.weight", 200, 20)], [],
        "avx2 AuthenticAMD", 1, null, "test",
        new(new("AuthenticAMD", 26, 2, "AMD EPYC"), "libtorch 2.10.0", "glibc"), ArithmeticChecks: 18,
        ObservedEpochs: [0, 1]);

    /// <summary>The predictions for the test and the training split.</summary>
    public static IReadOnlyList<RunPredictions> Everything(Run run, Func<Run, int, int> classes) =>
        [Predictions(run, classes), Predictions(run, classes, Split.Train)];

    /// <param name="classCount">The number of classes of the dataset.</param>
    public static RunPredictions Predictions(
        Run run, Func<Run, int, int> classes, Split split = Split.Test, int classCount = 3) => new()
        {
            RunId = run.Id,
            Split = split,
            Examples = TestExamples,
            ClassCount = classCount,
            Classes = [
            .. Enumerable.Range(0, TestExamples).SelectMany(i => BitConverter.GetBytes((ushort)classes(run, i)))],
            Scores = [
            .. Enumerable.Range(0, TestExamples * classCount)
                .SelectMany(i => BitConverter.GetBytes((Half)(i % 24 / 4.0)))],
        };

    /// <summary>The runs of a sweep that a worker could claim.</summary>
    public async Task<List<Guid>> ReadyAsync(Guid sweep)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Database.SqlQuery<Guid>(
            $"""
            SELECT id AS "Value" FROM ready_runs JOIN sweep_runs ON run_id = id WHERE sweep_runs.sweep_id = {sweep}
            """).ToListAsync();
    }
}
