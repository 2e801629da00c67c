using System.Diagnostics;
using System.Globalization;
using PieService.Bench;
using PieService.Bench.Grid;
using PieService.Bench.Parts;
using PieService.Bench.Simulation;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Machines;

// bench report FILE [--compare OLD] [--part NAME] [--checkpoint FOLDER] [--texts N]: what ./pie bench prints.
// bench grid N FILE: the latency of every GET with N grids of 9,840 runs in the database.
// bench growth FILE...: the reports of bench grid for different N, side by side.
// bench published MODEL TEXTS SOURCE: a sweep in the published way; writes the processor time of its runs in seconds.
// bench labelling RUNS EXAMPLES: the time and the memory of labelling a comparison, and requests for it.
// bench: a training step of the study's BiLSTM under each allocator.
// bench memory [FOLDER]: the peak memory of a trainer under each, over many epochs of texts of varying length; also of
// a BERT if its folder is given.
// bench run: the first and a later run of a trainer, of the demo's size, and the parts of a run.
// bench experiments: what was tried for training and not built: the products of several seeds at once, LSTMs in bf16.
// bench uploads [COUNT]: readers of uploads, ours and libraries', in child processes: their speed, and their results on
// COUNT damaged files of each format.
// bench significance [EXAMPLES [COMPARISONS]]: the exact tests and q values of all examples.
// bench halves [EXAMPLES]: the analysis of halves of the seeds.
// bench simulate [SWEEPS [EXAMPLES]]: the false discovery rate, the excess and the planner on simulated sweeps.
// bench texts [EXAMPLES]: the measurement of the texts of a split, and the tables of texts and subgroups.
// bench import [RUNS [EXAMPLES]]: the time and the memory of an import of predictions with scores.
// bench FOLDER [BATCH [TOKENS [THREADS]]]: fine-tuning of that checkpoint.

// Ctrl-C ends the process in the regular way, which stops its servers and deletes their folders. Child processes get
// the signal too, and the failure of what waits for them must not end this process before.
var interrupted = new ManualResetEventSlim();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Set();
    Environment.Exit(130);
};
AppDomain.CurrentDomain.UnhandledException += (_, _) =>
{
    if (interrupted.Wait(TimeSpan.FromSeconds(1))) new ManualResetEventSlim().Wait();
};
switch (args)
{
    case ["report", var file, .. var options]:
        await BenchCommand.RunAsync(
            Option(options, "--part"), file, Option(options, "--compare"), Option(options, "--checkpoint"),
            Option(options, "--texts") is { } number
                ? int.Parse(number, CultureInfo.InvariantCulture) : null);
        break;
    case ["grid", var grids, var file]:
        await GridBench.RunAsync(double.Parse(grids, CultureInfo.InvariantCulture), file);
        break;
    case ["growth", _, _, ..]:
        try
        {
            foreach (var line in GridReport.Growth(args[1..].Select(GridReport.Read))) Measured.Say(line);
        }
        catch (InvalidDataException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            Environment.ExitCode = 1;
        }
        break;
    case ["growth", ..]:
        await Console.Error.WriteLineAsync("bench growth FILE FILE...: at least two reports of ./pie bench --grid");
        Environment.ExitCode = 1;
        break;
    case ["labelling", var runs, var examples]:
        await LargeLabelling.RunAsync(
            int.Parse(runs, CultureInfo.InvariantCulture), int.Parse(examples, CultureInfo.InvariantCulture));
        break;
    case ["training", .. var rest]:
        TrainingPart.Run(rest.FirstOrDefault(), one => Measured.Say(Json.Write(one)));
        break;
    case ["published", var model, var texts, var source]:
        var study = SmallStudy.Of(Wire.Parse<Architecture>(model), int.Parse(texts, CultureInfo.InvariantCulture));
        Measured.Say(PublishedWay.Train(study, source).ToString("R", CultureInfo.InvariantCulture));
        break;
    case []:
        Measured.Say(
            $"forward, backward and Adam's step; batch 256, 24 words per text, D 100, H 100, 1 thread; milliseconds of "
                + "processor time");
        Measured.Say(
            $"{"allocator",-10} {"step ms",8} {"words/s",10} {"products",9} "
            + $"{"predict ms",11} {"packed ms",9} {"ratio",6} {"peak MiB",9}");
        UnderEachAllocator("step");
        break;
    case ["step"]:
        BiLstmStep.Run();
        break;
    case ["memory", .. var rest]:
        Measured.Say(
            $"{"allocator",-10} {"model",-8} {"epochs",6} {"seconds",8} {"MiB at epoch 1",14} {"peak MiB",14}");
        UnderEachAllocator(["train", .. rest]);
        break;
    case ["train", .. var rest]:
        WholeRun.OfBiLstm();
        if (rest is [var checkpoint]) WholeRun.OfBert(checkpoint);
        break;
    case ["run"]:
        // Trainers have 0 in their environment: each method is compiled once.
        foreach (var tiers in new[] { "1", "0" })
        {
            Measured.Say($"DOTNET_TieredCompilation={tiers}");
            InChild([new("DOTNET_TieredCompilation", tiers)], "small-run");
        }
        break;
    case ["small-run"]:
        SmallRun.Run();
        break;
    case ["experiments"]:
        SideBySide.Run();
        LstmInBf16.Run();
        break;
    case ["uploads", .. var count]:
        Uploads.Run(Size(count, 0, otherwise: 2000));
        break;
    case ["read-uploads", var reader]:
        UploadReading.Run(reader);
        break;
    case ["significance", .. var sizes]:
        Significance.Run(Size(sizes, 0, otherwise: 100_000), Size(sizes, 1, otherwise: 40));
        break;
    case ["halves", .. var sizes]:
        Halves.Run(Size(sizes, 0, otherwise: 100_000));
        break;
    case ["simulate", .. var sizes]:
        SimulatedSweeps.Run(Size(sizes, 0, otherwise: 300), Size(sizes, 1, otherwise: 1000));
        SimulatedPower.Run(Size(sizes, 0, otherwise: 300), Size(sizes, 1, otherwise: 1000));
        break;
    case ["texts", .. var sizes]:
        await TextTables.RunAsync(Size(sizes, 0, otherwise: 100_000));
        break;
    case ["import", .. var sizes]:
        await LargeImport.RunAsync(Size(sizes, 0, otherwise: 60), Size(sizes, 1, otherwise: 550_000));
        break;
    case ["tune", var folder, .. var sizes]:
        var (batch, length, threads) =
            (Size(sizes, 0, otherwise: 32), Size(sizes, 1, otherwise: 64), Size(sizes, 2, otherwise: 1));
        Measured.Say($"allocator {MemoryAllocator.OfThisProcess()}");
        FineTuning.RunSteps(folder, batch, length, threads);
        WholeRun.OfFineTuning(folder, batch, length, threads);
        break;
    case [var pretrained, .. var sizes] when Directory.Exists(pretrained):
        UnderEachAllocator(["tune", pretrained, .. sizes]);
        break;
    default:
        await Console.Error.WriteLineAsync(
            $"bench: {string.Join(' ', args)} is neither a command with its arguments nor the folder of a checkpoint. "
                + "The first lines of bench/Program.cs list the commands.");
        Environment.ExitCode = 1;
        break;
}

static string? Option(string[] options, string name) =>
    Array.IndexOf(options, name) is >= 0 and var place && place + 1 < options.Length ? options[place + 1] : null;

static int Size(string[] sizes, int place, int otherwise) =>
    place < sizes.Length ? int.Parse(sizes[place], CultureInfo.InvariantCulture) : otherwise;

// The allocator must be set before a process starts, so each has its own process.
static void UnderEachAllocator(params string[] arguments)
{
    foreach (var allocator in new[] { MemoryAllocator.System, MemoryAllocator.Glibc, MemoryAllocator.TcMalloc() }
        .OfType<MemoryAllocator>()) InChild(allocator.Environment, arguments);
}

static void InChild(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments)
{
    var start = new ProcessStartInfo(
        Environment.ProcessPath!)
    { ArgumentList = { typeof(BiLstmStep).Assembly.Location } };
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet") start.ArgumentList.Clear();
    foreach (var argument in arguments) start.ArgumentList.Add(argument);
    foreach (var (name, value) in environment) start.Environment[name] = value;
    using var process = Process.Start(start)!;
    process.WaitForExit();
    if (process.ExitCode != 0) Environment.ExitCode = process.ExitCode;
}
