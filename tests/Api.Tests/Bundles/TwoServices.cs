using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Bundles;

/// <summary>Two services with a database each: one publishes sweeps as bundles, the other stores them.</summary>
public sealed class TwoServices : IAsyncLifetime
{
    private const int Examples = Situations.TestExamples;

    public ApiFixture Publisher { get; } = new();

    public ApiFixture Reader { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await Publisher.InitializeAsync();
        await Reader.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        await Reader.DisposeAsync();
    }

    /// <summary>A dataset with eight examples in each of train and test, as <see cref="Situations"/> labels
    /// them.</summary>
    /// <param name="name">A word of each text, so that each test has a dataset with its own content.</param>
    public static async Task<Dataset> DatasetAsync(
        ApiFixture api, string name, LearningTask task = LearningTask.SingleLabel)
    {
        var isSingle = task == LearningTask.SingleLabel;
        using var form = new MultipartFormDataContent
        {
            {
                new StringContent(new JsonObject
                {
                    ["name"] = name,
                    ["task"] = isSingle ? "singleLabel" : "multiLabel",
                    ["format"] = "jsonl",
                    ["labels"] = new JsonArray("no", "maybe", "yes"),
                    ["columns"] = new JsonObject
                    {
                        ["text"] = "text", [isSingle ? "label" : "labels"] = "label",
                        ["attributes"] = new JsonArray("topic"),
                    },
                }.ToJsonString()),
                "definition"
            },
            { new StringContent(Lines("train")), "train", "train.jsonl" },
            { new StringContent(Lines("test")), "test", "test.jsonl" },
        };
        using var answer = await api.Client.PostAsync("/api/v1/datasets", form);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, body);
        await using var db = await ContextAsync(api);
        return await db.Datasets.SingleAsync(dataset => dataset.Id == (Guid)JsonNode.Parse(body)!["id"]!);

        string Lines(string split)
        {
            string[] labels = ["no", "maybe", "yes"];
            return string.Concat(Enumerable.Range(0, Examples).Select(i => new JsonObject
            {
                ["text"] = $"{name} {split} \u201c{i}\u201d",
                ["label"] = isSingle
                    ? labels[i % 3]
                    : new JsonArray([.. labels.Where((_, c) => (i & (1 << c)) != 0).Select(label => (JsonNode)label)]),
                ["topic"] = i % 2 == 0 ? "even" : "",
            }.ToJsonString() + "\n"));
        }
    }

    /// <summary>
    /// A labelled sweep on both splits with observed epochs, a second dense cohort, branches, and a failed run.
    /// </summary>
    public static async Task<Guid> SweepAsync(ApiFixture api, Dataset dataset, int shift = 0)
    {
        var request = Situations.Request(dataset, 3, "MP-AI", "IMP");
        request["predictSplits"] = new JsonArray("train", "test");
        request["extraDenseSeeds"] = 2;
        request["computeMatchedDense"] = true;
        var sweep = await api.SubmitAsync(request);
        await TrainAsync(api, sweep, dataset.Task, shift);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    /// <summary>Acts as the worker; the pruned run of the last seed fails.</summary>
    /// <param name="shift">Another number gives other predictions.</param>
    public static async Task TrainAsync(ApiFixture api, Guid sweep, LearningTask task, int shift = 0)
    {
        var situations = api.Situations;
        foreach (var run in (await situations.RunsOfAsync(sweep)).Where(run => run.State == RunState.Queued))
        {
            var lease = await situations.ClaimAsync(run.Id);
            if (run is { Method: Method.MpAi, Seed: 2 })
            {
                Assert.True(await situations.Leases.FailAttemptAsync(
                    lease, "The loss is not a number.", retry: false, CancellationToken.None));
                continue;
            }
            var observed = run.Method == Method.Dense && run.Seed < 3 ? new[] { 0, 1 } : [];
            for (var epoch = 0; epoch < 2; epoch++)
                Assert.True(await situations.Leases.RecordEpochAsync(
                    lease, new([Metric(run.Id, epoch, Split.Train), Metric(run.Id, epoch, Split.Test)], epoch + 1, null,
                        observed.Contains(epoch) ? Observation(run, epoch, task) : null),
                    CancellationToken.None));
            double? threshold = task == LearningTask.MultiLabel ? 0.4 : null;
            Assert.True(await situations.Leases.SucceedAsync(
                lease,
                new(Situations.Outcome with { ObservedEpochs = observed, Threshold = threshold }, "cpu",
                    [
                        Predictions(run, Split.Train, task, shift, threshold),
                        Predictions(run, Split.Test, task, shift, threshold),
                    ]),
                CancellationToken.None));
        }
    }

    /// <summary>
    /// Imported predictions without scores: three dense runs and two of another cohort, without pairs.
    /// </summary>
    /// <param name="more">The number of examples beside the four that differ.</param>
    public static async Task<Guid> ForeignSweepAsync(
        ApiFixture api, string folder, Guid? withId = null, string lastGold = "yes", int more = 0)
    {
        var path = Path.Combine(folder, "answers.csv");
        await File.WriteAllLinesAsync(
            path, ["id,gold,d0,d1,d2,p0,p1", "0,no,no,no,no,yes,yes", "1,no,no,no,yes,no,no",
                "2,yes,yes,yes,yes,yes,yes", $"3,{lastGold},no,yes,yes,no,yes",
                .. Enumerable.Range(4, more).Select(i => $"{i},no,no,no,no,no,no")]);
        ForeignRunColumn Run(string cohort, int seed) => new() { Cohort = cohort, Seed = seed };
        var import = new PredictionImport
        {
            Name = "int4",
            Replication = ReplicationKind.Training,
            Dataset = new() { FromFiles = true, Name = "questions", Task = ForeignTask.SingleLabel },
            Cohorts =
            [
                new() { Name = "bf16", Model = "llama", Baseline = true },
                new() { Name = "int4", Model = "llama", Compression = "GPTQ", Bits = 4 },
            ],
            Files =
            [
                new()
                {
                    Part = "a",
                    Format = ForeignFormat.Csv,
                    Columns = new()
                    {
                        Example = "id",
                        Label = "gold",
                        Runs = new Dictionary<string, ForeignRunColumn>
                        {
                            ["d0"] = Run("bf16", 0), ["d1"] = Run("bf16", 1), ["d2"] = Run("bf16", 2),
                            ["p0"] = Run("int4", 0), ["p1"] = Run("int4", 1),
                        },
                    },
                },
            ],
        };
        using var predictions = ForeignImport.Read(
            import, new Dictionary<string, SourceFile> { ["a"] = new("a", path) }, dataset: null, ReadLimits.Default,
            folder, CancellationToken.None).Predictions!;
        var id = withId ?? Guid.CreateVersion7();
        await api.Services.GetRequiredService<ImportedSweeps>()
            .AddAsync(id, import, predictions, alongWith: null, CancellationToken.None);
        await using (var db = await ContextAsync(api))
        {
            var last = await db.Runs.SingleAsync(run => run.SweepId == id && run.Cohort == "int4" && run.Seed == 1);
            string?[] answers = ["A \"quoted\"\nanswer.", null, "null", "j\u00e1",
                .. Enumerable.Range(4, more).Select(i => $"answer {i}")];
            foreach (var (block, texts) in answers.Chunk(RunAnswers.Examples).Index())
                db.RunAnswers.Add(new RunAnswers
                {
                    RunId = last.Id,
                    Split = import.Split,
                    Start = block * RunAnswers.Examples,
                    Texts = texts,
                });
            await db.SaveChangesAsync();
        }
        await api.Situations.LabelAsync(id);
        return id;
    }

    public static async Task<byte[]> BundleAsync(ApiFixture api, Guid sweep)
    {
        using var answer = await api.Client.GetAsync($"/api/v1/sweeps/{sweep}/bundle");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, Encoding.UTF8.GetString(bytes));
        Assert.Equal($"bundle-{sweep}.zip", answer.Content.Headers.ContentDisposition!.FileName);
        return bytes;
    }

    public static async Task<HttpResponseMessage> SendAsync(
        ApiFixture api, byte[] bundle, string? key = null, bool isForLater = false)
    {
        using var content = new ByteArrayContent(bundle);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/bundles") { Content = content };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (isForLater) request.Headers.Add("Prefer", "respond-async");
        return await api.Client.SendAsync(request);
    }

    public static async Task<JsonObject> StoreAsync(
        ApiFixture api, byte[] bundle, HttpStatusCode expected = HttpStatusCode.Created)
    {
        using var answer = await SendAsync(api, bundle);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} {body}");
        return JsonNode.Parse(body)!.AsObject();
    }

    public static Task<PieDbContext> ContextAsync(ApiFixture api) =>
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();

    private static RunMetric Metric(Guid run, int epoch, Split split) => new()
    {
        RunId = run,
        Epoch = epoch,
        Split = split,
        Loss = 1.1 / (epoch + 1),
        Accuracy = 0.25 + (epoch / 3.0),
        Seconds = 0.5,
    };

    private static RunPredictions Predictions(
        Run run, Split split, LearningTask task, int shift, double? threshold) => new()
        {
            RunId = run.Id,
            Split = split,
            Examples = Examples,
            ClassCount = 3,
            Classes = Classes(
                task, i => i + (run.Method == Method.Dense ? 0 : i / 6) + (run.Seed % 2 * (i / 7)) + shift),
            Scores = Scores(i => i + run.Seed),
            Threshold = threshold,
        };

    private static RunObservation Observation(Run run, int epoch, LearningTask task) => new()
    {
        RunId = run.Id,
        Epoch = epoch,
        Examples = Examples,
        ClassCount = 3,
        Classes = Classes(task, i => i + epoch),
        Scores = Scores(i => i * (epoch + 1) + run.Seed),
    };

    private static byte[] Classes(LearningTask task, Func<int, int> of) => task == LearningTask.SingleLabel
        ? [.. Enumerable.Range(0, Examples).SelectMany(i => BitConverter.GetBytes((ushort)(of(i) % 3)))]
        : [.. Enumerable.Range(0, Examples).Select(i => (byte)(of(i) % 8))];

    private static byte[] Scores(Func<int, int> of) => [
        .. Enumerable.Range(0, Examples * 3)
            .SelectMany(at => BitConverter.GetBytes((Half)(of(at / 3) * (at % 3) / 8.0)))];
}
