using System.Diagnostics;
using System.Runtime.InteropServices;
using PieService.Domain;
using PieService.Worker.Arithmetic;
using PieService.Worker.Machines;
using Architecture = PieService.Domain.Recipes.Architecture;

namespace PieService.GpuCheck;

/// <summary>The checks, one after the other: a failed one does not stop the next.</summary>
internal sealed class Checks(string reportFile, TrainerSettings settings, Sizes sizes)
{
    private readonly List<Step> steps = [];
    private readonly List<Speed> speeds = [];
    private Machine? machine;

    /// <summary>Runs all checks, with the tensor library that PIE_LIBTORCH names.</summary>
    public static void Start(string reportFile, bool isCpu)
    {
        try
        {
            var library = TorchLibrary.From(Environment.GetEnvironmentVariable);
            if (library.Given && !TorchContext.IsHere)
                TorchContext.Call(library, typeof(Checks), nameof(Start), reportFile, isCpu);
            else
                new Checks(
                    reportFile,
                    // The golden trainings are compared by the checkpoint of the last epoch.
                    TrainerSettings.Here() with
                    {
                        Device = isCpu ? "cpu" : "cuda",
                        CheckpointInterval = TimeSpan.Zero,
                    },
                    isCpu ? Sizes.Small : Sizes.Study).Run();
        }
        catch (Exception unfit) when (unfit is InvalidOperationException or FormatException)
        {
            Console.Error.WriteLine(unfit.Message);
            Environment.ExitCode = 1;
        }
    }

    private void Run()
    {
        machine = settings.Prepare();
        Check("arithmetic", () => SelfTest(machine));
        var folder = Directory.CreateTempSubdirectory("gpu-check-");
        try
        {
            var comparisons = new Comparisons(settings, folder.FullName);
            foreach (var (name, compare) in comparisons.OfGolden().Concat(comparisons.OfModels()))
                Check(name, compare);
            foreach (var architecture in new[] { Architecture.BiLstm, Architecture.Bert })
                Check($"{Wire.Name(architecture)} twice", () => new Twice(settings).Compare(architecture));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        foreach (var (architecture, precision) in SpeedMeasurement.On(machine.Device))
        {
            var name = $"{Wire.Name(architecture)} {Wire.Name(precision)}";
            try
            {
                var speed = new SpeedMeasurement(settings, sizes).TokensPerSecond(architecture, precision);
                Console.WriteLine($"{name}: {speed:N0} tokens/s");
                speeds.Add(new(name, speed));
            }
            catch (ExternalException failure)
            {
                Console.WriteLine($"{name}: {FirstLine(failure)}");
                speeds.Add(new(name, null, FirstLine(failure)));
            }
            Write();
        }
        if (steps.Exists(step => step.State == "failed") || speeds.Exists(speed => speed.Error is not null))
            Environment.ExitCode = 1;
    }

    /// <summary>Records a check, which returns what it compared, or null and the reason why it is skipped.</summary>
    private void Check(string name, Func<Found> check)
    {
        var watch = Stopwatch.StartNew();
        Found found;
        try
        {
            found = check();
        }
        catch (Exception failure) when (failure is ExternalException or InvalidOperationException or IOException
            or InvalidDataException or ArgumentException or KeyNotFoundException)
        {
            found = new("failed", FirstLine(failure));
        }
        var step = new Step(name, found.State, found.Detail, Math.Round(watch.Elapsed.TotalSeconds, 1));
        Console.WriteLine($"{step.State}: {step.Name}: {step.Detail} ({step.Seconds} s)");
        steps.Add(step);
        Write();
    }

    private static Found SelfTest(Machine machine)
    {
        var report = ArithmeticSelfTest.Run(machine);
        return new(
            report.Problem is null ? "passed" : "failed",
            report.Problem ?? $"{report.Checks} operations as plain arithmetic computes them");
    }

    /// <summary>Written after each step, so that what was found stays if a later one ends the process.</summary>
    private void Write() => File.WriteAllText(
        reportFile, Json.Write(new Report(machine!.DeviceName, machine.Host.Library, sizes, steps, speeds)));

    private static string FirstLine(Exception failure) => failure.Message.ReplaceLineEndings("\n").Split('\n')[0];
}

/// <param name="State">passed, failed or skipped.</param>
internal sealed record Found(string State, string Detail)
{
    public static Found Of(bool passed, string detail) => new(passed ? "passed" : "failed", detail);

    public static Found Skipped(string reason) => new("skipped", reason);
}
