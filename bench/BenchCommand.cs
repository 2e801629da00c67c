using PieService.Bench.Parts;
using PieService.Bench.Reports;
using PieService.Domain.Runs;
using PieService.Worker.Machines;
using TorchSharp;

namespace PieService.Bench;

/// <summary>
/// ./pie bench: prints a table of ratios, each against a baseline that was measured in the same run, and writes it as
/// JSON.
/// </summary>
internal static class BenchCommand
{
    /// <param name="part">The part to measure: training, store, requests, sweep or bert-sweep; null for all.</param>
    /// <param name="file">The file of the report.</param>
    /// <param name="compare">The file of an earlier report; null if the results are not compared.</param>
    /// <param name="checkpoint">The folder of a pretrained BERT; null if there is none.</param>
    /// <param name="texts">The number of training texts in a sweep; null for the usual one.</param>
    public static async Task RunAsync(string? part, string file, string? compare, string? checkpoint, int? texts)
    {
        BenchReport? earlier = null;
        try
        {
            // Read first: a wrong file must not cost the time of the measurements.
            if (compare is not null) earlier = BenchReport.Read(compare);
        }
        catch (InvalidDataException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            Environment.ExitCode = 1;
            return;
        }
        if (checkpoint is null && part is null or "training" or "bert-sweep")
            Measured.Say("There is no BERT: PIE_MODELS does not name a folder with a checkpoint.");
        if (checkpoint is null && part == "bert-sweep")
        {
            Environment.ExitCode = 1;
            return;
        }
        var allocator = MemoryAllocator.Choose(Environment.GetEnvironmentVariable("PIE_ALLOCATOR"));
        var measurements = new List<Measurement>();
        Measured.Say(BenchReport.Header);
        if (part is null or "training")
            foreach (var one in Child.Measurements(allocator, ["training", .. Given(checkpoint)])) Report(one);
        if (part is null or "store") await StorePart.RunAsync(Report);
        if (part is null or "requests") await RequestPart.RunAsync(Report);
        if (part is null or "sweep") Report(await SweepPart.OfBiLstmAsync(texts));
        if (part is null or "bert-sweep" && checkpoint is not null)
            Report(await SweepPart.OfBertAsync(checkpoint, texts));

        var host = new ComputeHost(
            Processor.Here(), $"libtorch {Version.Parse(torch.__version__).ToString(3)}", allocator.Name);
        var report = new BenchReport(
            TimeProvider.System.GetUtcNow(), host, Environment.ProcessorCount, measurements);
        report.Write(file);
        Measured.Say($"\n{report.Machine}; written to {file}");
        if (earlier is null) return;
        Measured.Say($"\nThe ratios of {compare}, and those of now:");
        foreach (var line in report.ComparedWith(earlier)) Measured.Say(line);

        void Report(Measurement one)
        {
            measurements.Add(one);
            Measured.Say(BenchReport.Row(one));
        }
    }

    private static string[] Given(string? argument) => argument is null ? [] : [argument];
}
