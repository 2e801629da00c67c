namespace PieService.Worker.Trainers;

/// <summary>The end of a trainer process, in words for the error of its run.</summary>
internal static class TrainerExit
{
    public static string Describe(int exitCode) => exitCode > 128
        ? $"The trainer process was ended by {SignalName(exitCode - 128)}."
        : $"The trainer process ended with exit code {exitCode}.";

    private static string SignalName(int signal) => signal switch
    {
        6 => "signal 6: a native library aborted it",
        9 => "signal 9: somebody killed it, or the system did for want of memory",
        11 => "signal 11: a native library read what is not its own",
        _ => $"signal {signal}",
    };
}
