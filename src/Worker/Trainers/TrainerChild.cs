using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Machines;
using PieService.Worker.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Trainers;

/// <summary>
/// The supervisor's handle to a trainer process. The process trains one run at a time and is discarded after an error.
/// </summary>
internal sealed class TrainerChild : IDisposable
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly OutputTail tail = new();
    private readonly WorkerSettings settings;
    private readonly KillCounter kills = KillCounter.Here();
    private long killsBefore;

    /// <exception cref="TrainerFailedException">The system does not start the process.</exception>
    public TrainerChild(WorkerSettings settings, int slot, string work = TrainerProcess.Trainer)
    {
        (this.settings, Slot) = (settings, slot);
        process = new Process { StartInfo = TrainerStart.Of(settings, slot, work) };
        process.ErrorDataReceived += (_, line) => tail.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception refused)
        {
            throw new TrainerFailedException($"The trainer process cannot be started: {refused.Message}");
        }
        process.BeginErrorReadLine();
    }

    public int Slot { get; }

    public int RunsDone { get; private set; }

    public bool IsAlive => !process.HasExited;

    /// <summary>The report of a process that was started to compare its arithmetic.</summary>
    /// <exception cref="TrainerFailedException">The process ends without a report.</exception>
    public async Task<ArithmeticReport> ArithmeticAsync() =>
        (await FirstAsync(message => message.Arithmetic is not null, CancellationToken.None)).Arithmetic!;

    /// <summary>Waits until the process has found its device and takes runs.</summary>
    /// <exception cref="TrainerFailedException">The process ends before that.</exception>
    public Task UntilReadyAsync(CancellationToken cancellation) =>
        FirstAsync(message => message.IsAlive, cancellation);

    private async Task<TrainerMessage> FirstAsync(Predicate<TrainerMessage> wanted, CancellationToken cancellation)
    {
        while (await NextLineAsync(cancellation) is { } line)
        {
            if (Parse(line) is { } message && wanted(message)) return message;
            tail.Add(line);
        }
        throw new TrainerFailedException(await EpitaphAsync(cancellation));
    }

    /// <exception cref="UntrainableException">The run cannot succeed.</exception>
    /// <exception cref="MemoryExhaustedException">Memory ran out.</exception>
    /// <exception cref="TrainerFailedException">The run or the process failed.</exception>
    public async Task<TrainingResult> TrainAsync(
        TrainingAssignment assignment, ITrainingReport report, CancellationToken cancellation)
    {
        killsBefore = kills.Read();
        try
        {
            await process.StandardInput.WriteLineAsync(Json.Write(assignment).AsMemory(), cancellation);
            await process.StandardInput.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            throw await EndAsync(cancellation);
        }
        while (await NextLineAsync(cancellation) is { } line)
        {
            switch (Parse(line))
            {
                case { Epoch: { } epoch }:
                    await report.EpochAsync(epoch);
                    break;
                case { Result: { } result }:
                    RunsDone++;
                    return result;
                case { Untrainable: { } reason }:
                    throw new UntrainableException(reason);
                case { Failure: { } reason }:
                    throw new TrainerFailedException(tail.After(reason));
                case { Warning: { } warning }:
                    report.Warn(warning);
                    break;
                case { OutOfMemory: { } reason }:
                    throw new MemoryExhaustedException(reason);
                case { Note: { } note }:
                    await report.NoteAsync(note);
                    break;
                case { IsAlive: true }:
                    break;
                default:
                    tail.Add(line);
                    break;
            }
        }
        throw await EndAsync(cancellation);
    }

    /// <summary>The failure of a process that ended while it trained.</summary>
    private async Task<Exception> EndAsync(CancellationToken cancellation)
    {
        var epitaph = await EpitaphAsync(cancellation);
        return MemoryFailure.IsCauseOf(process.ExitCode, epitaph, kills.Read() > killsBefore)
            ? new MemoryExhaustedException(epitaph) : new TrainerFailedException(epitaph);
    }

    private async Task<string?> NextLineAsync(CancellationToken cancellation)
    {
        try
        {
            return await process.StandardOutput.ReadLineAsync(cancellation).AsTask()
                .WaitAsync(settings.TrainerSilence, cancellation);
        }
        catch (TimeoutException)
        {
            throw new TrainerFailedException(tail.After(
                $"The trainer process sent nothing for {settings.TrainerSilence.TotalSeconds} s "
                    + "(PIE_TRAINER_SILENCE_SECONDS), so the worker killed it."));
        }
    }

    /// <summary>
    /// Kills the process. Results that it did not report yet are lost; results that it reported are on the disk.
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
        return tail.After(TrainerExit.Describe(process.ExitCode));
    }
}
