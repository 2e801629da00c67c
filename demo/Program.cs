using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PieService.Demo;

// A small pruning study from its texts to its PIEs, as a client of the service sees it. Safe to run again: the dataset is
// found, and a sweep of the same runs links the finished ones.

var address = args is [var given, ..] ? given.TrimEnd('/') : "http://127.0.0.1:5000";
var clock = Stopwatch.StartNew();
try
{
    using var http = new HttpClient { BaseAddress = new Uri($"{address}/api/v1/") };
    if (Environment.GetEnvironmentVariable("PIE_KEY") is { Length: > 0 } key) http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    var pie = new PieClient(http);
    await MeetAsync(pie);
    var dataset = await DatasetAsync(pie);
    var sweep = await SweepAsync(pie, dataset);
    await ReportAsync(pie, dataset, sweep);
    return 0;
}
catch (HttpRequestException unreachable)
{
    return Fail($"No PieService answers at {address} ({unreachable.Message}). Start it with ./pie up.");
}
catch (JsonException other)
{
    return Fail($"What answers at {address} is not this version of PieService ({other.Message}).");
}
catch (Exception known) when (known is DemoException or UriFormatException)
{
    return Fail(known.Message);
}

static int Fail(string message)
{
    Console.Error.WriteLine($"demo: {message}");
    return 1;
}

static async Task MeetAsync(PieClient pie)
{
    var system = await pie.SystemAsync();
    if (system.Workers.Count == 0) throw new DemoException("The service has no live worker, so nothing would be trained. Start one with ./pie up.");
    Console.WriteLine($"PieService {system.Version.Split('+')[0]} on {system.Database}, training {system.Workers.Sum(worker => worker.Slots)} runs at a time");
}

static async Task<Dataset> DatasetAsync(PieClient pie)
{
    var texts = DemoTexts.Generate();
    SplitFile[] files = [FileOf("train", texts.Train), FileOf("validation", texts.Validation), FileOf("test", texts.Test)];
    // The name tells the content too: a later version of the demo may have other texts.
    var content = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files.Select(file => file.Csv))));
    var name = $"demo: remarks on films ({Convert.ToHexStringLower(content)[..8]})";

    var known = await pie.DatasetsAsync().FirstOrDefaultAsync(dataset => dataset.Name == name);
    var dataset = known ?? await pie.UploadAsync(Requests.Dataset(name), files);
    Console.WriteLine($"""
        Dataset "{name}", {(known is null ? "uploaded" : "already there")}:
          {texts.Train.Count} texts to train on, {texts.Validation.Count} to validate, {texts.Test.Count} to test; made by the demo, easy ones such as
            "{texts.Test.First(text => !DemoTexts.IsHard(text.Id)).Text}"
          and hard ones (a negated cue, a contrast, rare words, a wrong label) such as
            "{texts.Test.First(text => DemoTexts.IsHard(text.Id)).Text}"

        """);
    return dataset;
}

static SplitFile FileOf(string split, IReadOnlyList<DemoText> texts) =>
    new(split, string.Concat(texts.Select(text => $"{text.Id},{text.Label},\"{text.Text}\"\n").Prepend("id,label,text\n")));

static async Task<Sweep> SweepAsync(PieClient pie, Dataset dataset)
{
    Console.WriteLine("Sweep: BiLSTM, dense + IMP, MP-AI, RP-AI at 50 and 90 %, 5 seeds. Interrupted, it goes on; run the demo again to come back.");
    var sweep = await pie.SubmitAsync(Requests.Sweep(dataset.Id));

    var line = new ProgressLine();
    while (true)
    {
        line.Show(sweep.Progress);
        if (sweep.HasEnded) break;
        await Task.Delay(TimeSpan.FromSeconds(1));
        sweep = await pie.SweepAsync(sweep.Id);
    }
    ProgressLine.End();

    if (sweep.State == "succeeded") return sweep;
    var failed = await pie.FailedRunsAsync(sweep.Id).FirstOrDefaultAsync();
    throw new DemoException($"The sweep {sweep.Id} has {sweep.State}" + (failed is null
        ? "." : $": {failed.Method} at {failed.Sparsity} %, seed {failed.Seed}: {failed.Error}"));
}

async Task ReportAsync(PieClient pie, Dataset dataset, Sweep sweep)
{
    var idOf = await pie.ExamplesAsync(dataset.Id, "test").ToDictionaryAsync(example => example.Id, example => example.SourceId);
    var comparisons = await pie.ComparisonsAsync(sweep.Id).ToListAsync();
    var pies = new List<List<Pie>>();
    foreach (var comparison in comparisons) pies.Add(await pie.PiesAsync(comparison.Id).ToListAsync());

    Console.WriteLine("\nHow good the models are on the test texts (mean and standard deviation over seeds):");
    Tables.PrintEffectiveness(comparisons);

    Console.WriteLine($"\nPruning-identified exemplars: texts on which the majorities of dense and pruned models differ. Of all test texts {Tables.Percent(HardShare(idOf.Values))} are hard.");
    Tables.PrintPies(comparisons, [.. pies.Select(of => HardShare(of.Select(one => idOf[one.ExampleId])))]);

    var chosen = pies.IndexOf(pies.MaxBy(of => of.Count)!);
    Console.WriteLine($"\nThe clearest of {comparisons[chosen].Method} at {comparisons[chosen].Sparsity} %:");
    foreach (var one in pies[chosen].Take(3)) Tables.PrintExample(one, idOf[one.ExampleId]);

    Console.WriteLine($"""

        {clock.Elapsed.TotalSeconds:0} s. Look further:
          {address}/swagger
          {address}/api/v1/sweeps/{sweep.Id}
          {address}/api/v1/sweeps/{sweep.Id}/comparisons
          {address}/api/v1/comparisons/{comparisons[chosen].Id}/pies
        """);
}

static double? HardShare(IEnumerable<string> ids) => ids.Select(id => DemoTexts.IsHard(id) ? 1.0 : 0.0).Cast<double?>().Average();
