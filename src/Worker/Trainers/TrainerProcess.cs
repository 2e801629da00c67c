using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using PieService.Domain;
using PieService.Worker.Arithmetic;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Trainers;

/// <summary>
/// The child process. It reads assignments and writes messages, both as JSON lines. An abort inside the tensor library
/// ends only this process and the run that it trains.
/// </summary>
public static class TrainerProcess
{
    /// <summary>
    /// The first argument of a process that trains, and of a process that only checks its arithmetic.
    /// </summary>
    public const string Trainer = "trainer", Arithmetic = "arithmetic";

    /// <summary>Does the work of the process, with the tensor library that the environment names.</summary>
    /// <param name="work">The first argument.</param>
    public static void Start(string work)
    {
        try
        {
            var library = TorchLibrary.From(Environment.GetEnvironmentVariable);
            if (library.Given && !TorchContext.IsHere)
                TorchContext.Call(library, typeof(TrainerProcess), nameof(Start), work);
            else if (work == Trainer) Run(TrainerSettings.Here());
            else RunArithmetic(TrainerSettings.Here());
        }
        catch (Exception unfit) when (unfit is InvalidOperationException or FormatException)
        {
            Console.Error.WriteLine(unfit.Message);
            Environment.ExitCode = 1;
        }
    }

    /// <summary>
    /// Compares the tensor library with plain arithmetic on the device that a trainer would use, and reports once.
    /// </summary>
    public static void RunArithmetic(TrainerSettings settings)
    {
        using var output = Output();
        if (TryPrepare(settings) is { } machine)
            output.WriteLine(Json.Write(new TrainerMessage(Arithmetic: ArithmeticSelfTest.Run(machine))));
    }

    public static void Run(TrainerSettings settings)
    {
        using var output = Output();

        // Ignore signals sent to the process group (Ctrl+C, a batch system): the supervisor hands the run over and then
        // closes our stdin.
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        PreferAsVictim();
        YieldToService();
        if (TryPrepare(settings) is null) return;
        Tell(new TrainerMessage(IsAlive: true));

        foreach (var assignment in Assignments()) Tell(Train(settings, assignment, Tell));

        void Tell(TrainerMessage message) => output.WriteLine(Json.Write(message));
    }

    /// <summary>
    /// The stream of messages. All other output goes to standard error, so that it does not mix with the messages.
    /// </summary>
    private static StreamWriter Output()
    {
        var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        Console.SetOut(Console.Error);
        return output;
    }

    /// <summary>Returns null if the device does not exist; the process must then end.</summary>
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

    /// <returns>The last message of the run.</returns>
    internal static TrainerMessage Train(
        TrainerSettings settings, TrainingAssignment assignment, Action<TrainerMessage> tell)
    {
        var listener = new TrainingListener(
            epoch => tell(new TrainerMessage(Epoch: epoch)), warning => tell(new TrainerMessage(Warning: warning)),
            Alive(tell))
        {
            Note = note => tell(new TrainerMessage(Note: note)),
        };
        try
        {
            var result = assignment.Trained is null
                ? new RunTraining(settings).Execute(assignment, listener)
                : new RunPrediction(settings).Execute(assignment, listener);
            foreach (var predictions in result.Predictions) tell(new TrainerMessage(Predictions: predictions));
            return new TrainerMessage(Result: result with { Predictions = [] });
        }
        catch (Exception hopeless) when (hopeless is UntrainableException or NotSupportedException or OverflowException)
        {
            return new TrainerMessage(Untrainable: hopeless.Message);
        }
        catch (UnusableModelException changed)
        {
            // The output omits the stack trace, which shows local paths: the output also becomes part of the run's
            // error.
            return new TrainerMessage(Failure: changed.Message);
        }
        catch (Exception broken) when (broken is ExternalException or IOException or InvalidDataException
            or InvalidOperationException or OutOfMemoryException or ArgumentException)
        {
            Console.Error.WriteLine(broken);
            return broken is OutOfMemoryException || MemoryFailure.IsIn(broken.Message)
                ? new TrainerMessage(OutOfMemory: broken.Message) : new TrainerMessage(Failure: broken.Message);
        }
    }

    /// <summary>If memory runs out, the system should kill a trainer and not its supervisor or the database.</summary>
    private static void PreferAsVictim()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception notHere) when (notHere is IOException or UnauthorizedAccessException)
        {
            // The system then chooses by its own rules.
        }
    }

    /// <summary>
    /// Lowers the priority of the training: on a machine that also runs the API or the database, these get the
    /// processor first. Threads that the tensor library starts later have the same priority.
    /// </summary>
    private static void YieldToService()
    {
        using var process = Process.GetCurrentProcess();
        try
        {
            // Idle is lower: the worker may have been started with nice.
            if (process.PriorityClass != ProcessPriorityClass.Idle)
                process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Win32Exception)
        {
            // The system does not permit it; the training then competes with the service.
        }
    }

    /// <summary>Sends a heartbeat between batches; the supervisor kills a trainer that stays silent.</summary>
    private static Heartbeat Alive(Action<TrainerMessage> tell)
    {
        var sinceWord = Stopwatch.StartNew();
        return new Heartbeat(
            () =>
            {
                if (sinceWord.ElapsedMilliseconds < 500) return;
                tell(new TrainerMessage(IsAlive: true));
                sinceWord.Restart();
            },
            CancellationToken.None);
    }

    /// <summary>
    /// Reads assignments until the supervisor closes the pipe. The pipe also closes when the supervisor dies; then the
    /// results have no reader, and the process ends at once, even in the middle of a native call.
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
