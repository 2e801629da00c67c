using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using PieService.Domain;
using PieService.Worker.Arithmetic;
using PieService.Worker.Models;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>
/// The child process: assignments come in as JSON lines, messages go out as JSON lines, and nothing else happens here. An
/// abort inside the tensor library costs this process and its one run.
/// </summary>
public static class TrainerProcess
{
    /// <summary>The first argument of a process that trains, and of one that proves its arithmetic and ends.</summary>
    public const string Trainer = "trainer", Arithmetic = "arithmetic";

    /// <summary>Compares the tensor library with plain arithmetic on the device that a trainer would have, and reports once.</summary>
    public static void RunArithmetic(TrainerSettings settings)
    {
        using var output = Output();
        if (TryPrepare(settings) is { } machine) output.WriteLine(Json.Write(new TrainerMessage(Arithmetic: ArithmeticSelfTest.Run(machine))));
    }

    public static void Run(TrainerSettings settings)
    {
        using var output = Output();

        // Of a signal to the whole group (Ctrl+C, a batch system) the supervisor makes a hand-over; it closes the pipe then.
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        PreferAsVictim();
        if (TryPrepare(settings) is null) return;
        Tell(new TrainerMessage(IsAlive: true));

        foreach (var assignment in Assignments()) Tell(Train(settings, assignment, Tell));

        void Tell(TrainerMessage message) => output.WriteLine(Json.Write(message));
    }

    /// <summary>For messages; whatever else is printed goes to standard error, not between them.</summary>
    private static StreamWriter Output()
    {
        var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        Console.SetOut(Console.Error);
        return output;
    }

    /// <summary>Null where the device is not there; the process is then to end.</summary>
    private static Machine? TryPrepare(TrainerSettings settings)
    {
        try
        {
            return settings.Prepare();
        }
        catch (InvalidOperationException noDevice)
        {
            Console.Error.WriteLine(noDevice.Message);
            Environment.ExitCode = 1;
            return null;
        }
    }

    private static TrainerMessage Train(TrainerSettings settings, TrainingAssignment assignment, Action<TrainerMessage> tell)
    {
        var listener = new TrainingListener(
            epoch => tell(new TrainerMessage(Epoch: epoch)), warning => tell(new TrainerMessage(Warning: warning)), Alive(tell));
        try
        {
            return new TrainerMessage(Result: assignment.Trained is null
                ? new RunTraining(settings).Execute(assignment, listener)
                : new RunPrediction(settings).Execute(assignment, listener));
        }
        catch (Exception hopeless) when (hopeless is UntrainableException or NotSupportedException or OverflowException)
        {
            return new TrainerMessage(Untrainable: hopeless.Message);
        }
        catch (UnusableModelException changed)
        {
            // Without its stack, which says where the folder lies: what is printed goes to the run's error too.
            return new TrainerMessage(Failure: changed.Message);
        }
        catch (Exception broken) when (broken is ExternalException or IOException or InvalidDataException or InvalidOperationException or OutOfMemoryException or ArgumentException)
        {
            Console.Error.WriteLine(broken);
            return new TrainerMessage(Failure: broken.Message);
        }
    }

    /// <summary>Where memory runs out, the system is to end a trainer, not its supervisor or the database.</summary>
    private static void PreferAsVictim()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception notHere) when (notHere is IOException or UnauthorizedAccessException)
        {
            // Then the system chooses by itself.
        }
    }

    /// <summary>A word now and then while the batches go on; the supervisor ends a trainer that is silent.</summary>
    private static Pulse Alive(Action<TrainerMessage> tell)
    {
        var sinceWord = Stopwatch.StartNew();
        return new Pulse(
            () =>
            {
                if (sinceWord.ElapsedMilliseconds < 500) return;
                tell(new TrainerMessage(IsAlive: true));
                sinceWord.Restart();
            },
            CancellationToken.None);
    }

    /// <summary>
    /// Assignments until the supervisor closes the pipe. It also does so by dying; then there is nobody to train for, and
    /// the process ends at once, even in the middle of a native call.
    /// </summary>
    private static IEnumerable<TrainingAssignment> Assignments()
    {
        var assignments = new BlockingCollection<TrainingAssignment>();
        new Thread(() =>
        {
            using var input = new StreamReader(Console.OpenStandardInput());
            while (input.ReadLine() is { } line) assignments.Add(Json.Read<TrainingAssignment>(line));
            Process.GetCurrentProcess().Kill();
        })
        { IsBackground = true, Name = "supervisor" }.Start();
        return assignments.GetConsumingEnumerable();
    }
}
