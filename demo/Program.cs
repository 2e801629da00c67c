using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using PieService.Client;
using PieService.Demo;

// A small pruning study from its texts to its PIEs, as a client of the service. It can be run again: it reuses the
// dataset, and a sweep with the same runs reuses the finished ones.

var quick = args.Contains("--quick");
var address = args is [var given, ..] ? given.TrimEnd('/') : "http://127.0.0.1:5000";
var clock = Stopwatch.StartNew();
try
{
    using var http = new HttpClient { BaseAddress = new Uri($"{address}/") };
    // Needed only if the service requires keys.
    if (Environment.GetEnvironmentVariable("PIE_KEY") is { Length: > 0 } key)
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    var pie = new PieServiceClient(http);
    await MeetAsync(pie);
    var dataset = await DatasetAsync(pie);
    var sweep = await SweepAsync(pie, dataset);
    await ReportAsync(pie, dataset, sweep);
    return 0;
}
catch (HttpRequestException unreachable)
{
    return Fail($"No PieService responds at {address} ({unreachable.Message}). Start it with ./pie up.");
}
catch (ApiException refused) when (refused.StatusCode >= 400)
{
    return Fail($"{address} returned {refused.StatusCode}: {refused.Response}");
}
catch (Exception other) when (other is ApiException or JsonException)
{
    return Fail($"The server at {address} is not this version of PieService ({other.Message}).");
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

static async Task MeetAsync(PieServiceClient pie)
{
    var system = await pie.GetSystemAsync();
    if (system.Workers.Count == 0)
        throw new DemoException(
            "The service has no live worker, so no run would be trained. Start one with ./pie up.");
    Console.WriteLine(
        $"PieService {system.Version.Split('+')[0]} on {system.Database}, "
            + $"training {system.Workers.Sum(worker => worker.Slots)} runs at a time");
}

static async Task<DatasetResponse> DatasetAsync(PieServiceClient pie)
{
    var texts = DemoTexts.Generate();
    string[] files = [CsvOf(texts.Train), CsvOf(texts.Validation), CsvOf(texts.Test)];
    // The name includes a hash of the content: a later version of the demo may have other texts.
    var content = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files)));
    var name = $"demo: remarks on films ({Convert.ToHexStringLower(content)[..8]})";

    var known = await Lists.AllAsync(
        token => pie.ListDatasetsAsync(Lists.PageSize, token), page => page.Items, page => page.NextPageToken)
        .FirstOrDefaultAsync(dataset => dataset.Name == name);
    var dataset = known ?? await pie.ImportDatasetAsync(
        definition: Requests.Dataset(name), train: FileOf(files[0]), validation: FileOf(files[1]),
        test: FileOf(files[2]));
    Console.WriteLine($"""
        Dataset "{name}", {(known is null ? "uploaded" : "already there")}:
          {texts.Train.Count} texts to train on, {texts.Validation.Count} to validate, {texts.Test.Count} to test; made by the demo, easy ones such as
            "{texts.Test.First(text => !DemoTexts.IsHard(text.Id)).Text}"
          and hard ones (a negated cue, a contrast, rare words, a wrong label) such as
            "{texts.Test.First(text => DemoTexts.IsHard(text.Id)).Text}"

        """);
    return dataset;
}

static string CsvOf(IReadOnlyList<DemoText> texts) =>
    string.Concat(texts.Select(text => $"{text.Id},{text.Label},\"{text.Text}\"\n").Prepend("id,label,text\n"));

static FileParameter FileOf(string csv) => new(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "texts.csv", "text/csv");

async Task<SweepResponse> SweepAsync(PieServiceClient pie, DatasetResponse dataset)
{
    Console.WriteLine(
        $"Sweep: BiLSTM, dense + IMP, MP-AI, RP-AI at 50 and 90 %, {(quick ? "2 seeds and 3 epochs, too few to learn "
            + "much" : "5 seeds")}. If the demo is interrupted, the sweep continues; run the demo again to follow it.");
    var sweep = await pie.SubmitSweepAsync(Requests.Sweep(dataset.Id, quick));

    var line = new ProgressLine();
    while (true)
    {
        line.Show(sweep.Progress);
        if (sweep.State is SweepState.Succeeded or SweepState.Failed or SweepState.Cancelled) break;
        await Task.Delay(TimeSpan.FromSeconds(1));
        sweep = await pie.GetSweepAsync(sweep.Id);
    }
    ProgressLine.End();

    if (sweep.State == SweepState.Succeeded) return sweep;
    var failed = (await pie.ListRunsAsync(sweep.Id, RunState.Failed, pageSize: 1)).Items.FirstOrDefault();
    throw new DemoException($"The state of the sweep {sweep.Id} is {sweep.State}" + (failed is null
        ? "." : $": {Tables.NameOf(failed.Method)} at {failed.Sparsity} %, seed {failed.Seed}: {failed.Error}"));
}

async Task ReportAsync(PieServiceClient pie, DatasetResponse dataset, SweepResponse sweep)
{
    var idOf = await Lists.AllAsync(
            token => pie.ListExamplesAsync(dataset.Id, Split.Test, pageSize: Lists.PageSize, pageToken: token),
            page => page.Items, page => page.NextPageToken)
        .ToDictionaryAsync(example => example.Id, example => example.SourceId);
    var comparisons = (await pie.ListComparisonsAsync(sweep.Id, pageSize: Lists.PageSize)).Items.ToList();
    var pies = new List<List<PieResponse>>();
    foreach (var comparison in comparisons)
    {
        pies.Add(await Lists.AllAsync(
            token => pie.ListPiesAsync(
                comparison.Id, orderBy: PieOrder.Margin, pageSize: Lists.PageSize, pageToken: token),
            page => page.Items, page => page.NextPageToken)
            .ToListAsync());
    }

    Console.WriteLine("\nThe accuracy of the models on the test texts (mean and standard deviation over seeds):");
    Tables.PrintEffectiveness(comparisons);

    Console.WriteLine(
        $"\nPruning-identified exemplars: texts on which the majorities of dense and pruned models differ. Of all test "
            + $"texts {Tables.Percent(HardShare(idOf.Values))} are hard. The noise floor is the rate between cohorts "
            + "that differ in their seeds only, without any pruning.");
    Tables.PrintPies(comparisons, [.. pies.Select(of => HardShare(of.Select(one => idOf[one.ExampleId])))]);

    var chosen = pies.IndexOf(pies.MaxBy(of => of.Count)!);
    Console.WriteLine(
        $"\nThe PIEs with the largest margin, of {Tables.NameOf(comparisons[chosen].Method)} at "
            + $"{comparisons[chosen].Sparsity} %:");
    foreach (var one in pies[chosen].Take(3)) Tables.PrintExample(one, idOf[one.ExampleId]);

    Console.WriteLine($"""

        {clock.Elapsed.TotalSeconds:0} s. For more, see:
          {address}/ui/sweeps/{sweep.Id}
          {address}/swagger
          {address}/api/v1/sweeps/{sweep.Id}
          {address}/api/v1/sweeps/{sweep.Id}/comparisons
          {address}/api/v1/comparisons/{comparisons[chosen].Id}/pies
        """);
}

static double? HardShare(IEnumerable<string> ids) =>
    ids.Select(id => DemoTexts.IsHard(id) ? 1.0 : 0.0).Cast<double?>().Average();
