using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
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

    /// <summary>
    /// The messages that may wait for the database: each may stand for a checkpoint, which stays on the disk meanwhile.
    /// </summary>
    private const int WaitingMessages = 16;

    private readonly Process process;
    private readonly OutputTail tail = new();
    private readonly WorkerSettings settings;
    private readonly KillCounter kills = KillCounter.Here();
    private long killsBefore;

    /// <exception cref="TrainerFailedException">The system does not start the process.</exception>
    public TrainerChild(WorkerSettings settings, int slot, string work = TrainerProcess.Trainer)
        : this(settings, slot, TrainerStart.Of(settings, slot, work))
    {
    }

    /// <param name="start">Starts a process that sends the messages of a trainer.</param>
    internal TrainerChild(WorkerSettings settings, int slot, ProcessStartInfo start)
    {
        (this.settings, Slot) = (settings, slot);
        process = new Process { StartInfo = start };
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
    public async Task<ArithmeticReport> ArithmeticAsync(CancellationToken cancellation) =>
        (await FirstAsync(message => message.Arithmetic is not null, cancellation)).Arithmetic!;

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
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var messages = Channel.CreateBounded<TrainerMessage>(WaitingMessages);
        var read = ReadAsync(messages.Writer, reading.Token);
        try
        {
            return await ReportAsync(messages.Reader, report, cancellation) ?? throw await EndAsync(cancellation);
        }
        finally
        {
            await reading.CancelAsync();
            await read;
        }
    }

    /// <summary>
    /// Reads the messages of a run up to its result, also while an earlier one is being recorded: in an outage of the
    /// database the pipe would be full after minutes of heartbeats, and the trainer would wait.
    /// </summary>
    private async Task ReadAsync(ChannelWriter<TrainerMessage> messages, CancellationToken cancellation)
    {
        try
        {
            TrainerMessage? last = null;
            while (last?.Result is null && await NextLineAsync(cancellation) is { } line)
            {
                last = Parse(line);
                if (last is null) tail.Add(line);
                else if (!last.IsAlive) await messages.WriteAsync(last, cancellation);
            }
            messages.Complete();
        }
        catch (Exception failure)
        {
            // It is thrown where the messages are reported, after those before it.
            messages.Complete(failure);
        }
    }

    /// <returns>Null if the process ended without a result.</returns>
    private async Task<TrainingResult?> ReportAsync(
        ChannelReader<TrainerMessage> messages, ITrainingReport report, CancellationToken cancellation)
    {
        var predictions = new List<SplitPredictions>();
        await foreach (var message in messages.ReadAllAsync(cancellation))
        {
            switch (message)
            {
                case { Epoch: { } epoch }:
                    await report.EpochAsync(epoch);
                    break;
                case { Predictions: { } split }:
                    predictions.Add(split);
                    break;
                case { Result: { } result }:
                    RunsDone++;
                    return result with { Predictions = predictions };
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
            }
        }
        return null;
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
