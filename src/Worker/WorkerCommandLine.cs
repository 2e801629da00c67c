using System.Globalization;

namespace PieService.Worker;

/// <summary>The arguments of a worker.</summary>
/// <param name="UntilIdle">The worker ends when it had no work for this time; null if it waits for work.</param>
/// <param name="Answer">The text to show instead of working; null to work.</param>
/// <param name="ExitCode">The exit code after the answer.</param>
public sealed record WorkerCommandLine(TimeSpan? UntilIdle, string? Answer = null, int ExitCode = 0)
{
    private const int DefaultIdleSeconds = 60, MostIdleSeconds = 1_000_000;

    private const string Usage =
        """
        dotnet PieService.Worker.dll [--until-idle [SECONDS]] | --help

          --until-idle [SECONDS]  end with exit code 0 when no queued run fits this worker and no comparison is to
                                  be labelled, for SECONDS in a row (default 60): for jobs of a batch system. Runs
                                  that wait for a retry, or for a run of another worker, do not keep it alive.
          --help                  this text

        A worker takes runs from the queue in the database and trains them. Start any number of workers on any number
        of machines. On SIGTERM or Ctrl+C it returns its runs to the queue and ends.

        Settings (environment; all of them are in README.md):
          ConnectionStrings__Pie  the PostgreSQL of the service: Host=…;Database=…;Username=…;Password=…
                                  (without it: the private PostgreSQL of the API on this machine)
          PIE_DB_PASSWORD_FILE    a file with the password, instead of Password=…
          PIE_DATA                folder for caches
          PIE_ARTIFACTS           folder of checkpoints and kept models; share it between machines and with the API
          PIE_VECTORS, PIE_MODELS folders of word vectors and of pretrained checkpoints
          PIE_DEVICE, PIE_SLOTS, PIE_THREADS   the device, trainings at the same time, threads of each
          PIE_STOP_SECONDS 150    the time to return runs after SIGTERM; less than the grace time of the batch system
          PIE_LOG_FORMAT text     text or json

        Exit code 0: it was told to stop, or was idle; 1: it cannot work, and says why; 2: usage
        """;

    public static WorkerCommandLine Parse(string[] arguments) => arguments switch
    {
        [] => new(UntilIdle: null),
        ["--help" or "-h"] => new(UntilIdle: null, Usage),
        ["--until-idle"] => new(TimeSpan.FromSeconds(DefaultIdleSeconds)),
        ["--until-idle", var text] when int.TryParse(
            text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and
            <= MostIdleSeconds => new(TimeSpan.FromSeconds(seconds)),
        _ => new(
            UntilIdle: null,
            $"Not an argument of the worker: {string.Join(' ', arguments)} (SECONDS is a whole number from 1 to "
                + $"{MostIdleSeconds})\n\n{Usage}",
            2),
    };
}
