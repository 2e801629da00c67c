using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Machines;
using PieService.Worker.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Trainers;

/// <summary>The trainer process or the run in it failed; another attempt may succeed.</summary>
public sealed class TrainerFailedException(string message) : Exception(message);

/// <summary>
/// A trainer process, seen from its supervisor. It trains one run at a time and is discarded after an error.
/// </summary>
internal sealed class TrainerChild : IDisposable
{
    private const int TailLines = 20, Trials = 5;

    private static readonly TimeSpan BetweenTrials = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly Queue<string> tail = new();
    private readonly WorkerSettings settings;

    public TrainerChild(WorkerSettings settings, int slot, string work = TrainerProcess.Trainer)
    {
        (this.settings, Slot) = (settings, slot);
        process = new Process { StartInfo = StartInfo(settings, slot, work) };
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.Start();
        process.BeginErrorReadLine();
    }

    public int Slot { get; }

    public int RunsDone { get; private set; }

    public bool IsAlive => !process.HasExited;

    /// <summary>
    /// Compares the arithmetic of a slot's device with plain arithmetic, in a separate process. It is repeated a few
    /// times, since the process may have been killed from outside.
    /// </summary>
    /// <exception cref="TrainerFailedException">The process never reports: it does not find its device, or it
    /// dies.</exception>
    public static async Task<ArithmeticReport> ProveArithmeticAsync(WorkerSettings settings, int slot, TimeProvider time)
    {
        for (var trial = 1; ; trial++)
        {
            using var trainer = new TrainerChild(settings, slot, TrainerProcess.Arithmetic);
            try
            {
                return await trainer.ArithmeticAsync();
            }
            catch (TrainerFailedException) when (trial < Trials)
            {
                await Task.Delay(BetweenTrials, time);
            }
        }
    }

    private async Task<ArithmeticReport> ArithmeticAsync()
    {
        while (await NextLineAsync(CancellationToken.None) is { } line)
        {
            if (Parse(line)?.Arithmetic is { } report) return report;
            Remember(line);
        }
        throw new TrainerFailedException(await EpitaphAsync(CancellationToken.None));
    }

    /// <exception cref="UntrainableException">The run cannot succeed.</exception>
    /// <exception cref="TrainerFailedException">The run or the process failed.</exception>
    public async Task<TrainingResult> TrainAsync(
        TrainingAssignment assignment, Func<EpochFinished, Task> onEpoch, Action<string> onWarning, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(Json.Write(assignment).AsMemory(), cancellation);
            await process.StandardInput.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            throw new TrainerFailedException(await EpitaphAsync(cancellation));
        }
        while (await NextLineAsync(cancellation) is { } line)
        {
            switch (Parse(line))
            {
                case { Epoch: { } epoch }:
                    await onEpoch(epoch);
                    break;
                case { Result: { } result }:
                    RunsDone++;
                    return result;
                case { Untrainable: { } reason }:
                    throw new UntrainableException(reason);
                case { Failure: { } reason }:
                    throw new TrainerFailedException(WithTail(reason));
                case { Warning: { } warning }:
                    onWarning(warning);
                    break;
                case { IsAlive: true }:
                    break;
                default:
                    Remember(line);
                    break;
            }
        }
        throw new TrainerFailedException(await EpitaphAsync(cancellation));
    }

    private async Task<string?> NextLineAsync(CancellationToken cancellation)
    {
        try
        {
            return await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(settings.TrainerSilence, cancellation);
        }
        catch (TimeoutException)
        {
            throw new TrainerFailedException(WithTail(
                $"The trainer process said nothing for {settings.TrainerSilence.TotalSeconds} s (PIE_TRAINER_SILENCE_SECONDS), so it was ended."));
        }
    }

    /// <summary>
    /// Ends the process at once. What it had not reported yet is lost; what it reported is on the disk.
    /// </summary>
    public void Dispose()
    {
        try
        {
            process.Kill();
            // The GPU memory is free for the next process only when this one has ended.
            process.WaitForExit(EndsWithin);
        }
        catch (InvalidOperationException)
        {
            // The process has already ended.
        }
        process.Dispose();
    }

    private static ProcessStartInfo StartInfo(WorkerSettings settings, int slot, string work)
    {
        var host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // The worker was started as `dotnet PieService.Worker.dll`, or as the executable beside it.
        if (Path.GetFileNameWithoutExtension(host) == "dotnet") start.ArgumentList.Add(typeof(TrainerChild).Assembly.Location);
        start.ArgumentList.Add(work);

        start.Environment["PIE_DEVICE"] = settings.TrainerDevice;
        start.Environment["PIE_THREADS"] = settings.Threads.ToString(CultureInfo.InvariantCulture);
        start.Environment["OMP_NUM_THREADS"] = settings.Threads.ToString(CultureInfo.InvariantCulture);
        // With threads that spin while they wait, two trainers on two cores are five times slower.
        start.Environment["OMP_WAIT_POLICY"] = "passive";
        start.Environment["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8";
        foreach (var (name, value) in settings.Allocator.Environment) start.Environment[name] = value;
        if (settings.VisibleGpu(slot) is { } gpu) start.Environment["CUDA_VISIBLE_DEVICES"] = gpu;
        // A trainer gets files and values only.
        start.Environment.Remove("ConnectionStrings__Pie");
        return start;
    }

    private static TrainerMessage? Parse(string line)
    {
        try
        {
            return Json.Read<TrainerMessage>(line);
        }
        catch (JsonException)
        {
            return null; // printed by a native library
        }
    }

    private async Task<string> EpitaphAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return WithTail(process.ExitCode > 128
            ? $"The trainer process was ended by {SignalName(process.ExitCode - 128)}."
            : $"The trainer process ended with exit code {process.ExitCode}.");
    }

    private static string SignalName(int signal) => signal switch
    {
        6 => "signal 6: a native library aborted it",
        9 => "signal 9: somebody killed it, or the system did for want of memory",
        11 => "signal 11: a native library read what is not its own",
        _ => $"signal {signal}",
    };

    private string WithTail(string reason)
    {
        lock (tail) return tail.Count == 0 ? reason : $"{reason}\nIts last output:\n{string.Join('\n', tail)}";
    }

    private void Remember(string? line)
    {
        if (line is null) return;
        lock (tail)
        {
            tail.Enqueue(line.Length > 500 ? line[..500] : line);
            if (tail.Count > TailLines) tail.Dequeue();
        }
    }
}
