namespace PieService.Worker.Trainers;

/// <summary>Describes the end of a trainer process for the error message of its run.</summary>
internal static class TrainerExit
{
    public static string Describe(int exitCode) => exitCode > 128
        ? $"The trainer process was ended by {SignalName(exitCode - 128)}."
        : $"The trainer process ended with exit code {exitCode}.";

    private static string SignalName(int signal) => signal switch
    {
        6 => "signal 6: a native library aborted the process",
        9 => "signal 9: it was killed, possibly because memory ran out",
        11 => "signal 11: a native library made an invalid memory access",
        _ => $"signal {signal}",
    };
}
