using System.Diagnostics;
using System.Globalization;

namespace PieService.Api.Database;

/// <summary>An installed PostgreSQL server: the folder of its programs, and how they are run.</summary>
public sealed class PostgresBinaries
{
    public const string Setting = "PIE_PG_BIN";

    private const string Debian = "/usr/lib/postgresql";
    private static readonly string[] Programs = ["initdb", "postgres"];

    private readonly string folder;

    private PostgresBinaries(string folder) => this.folder = folder;

    /// <summary>
    /// The user who runs the server: PostgreSQL refuses to run as root, and its Debian package creates a user for it.
    /// </summary>
    private static string? User => Environment.IsPrivilegedProcess ? "postgres" : null;

    /// <param name="configured">The value of PIE_PG_BIN; if it is set, no other folder is searched.</param>
    /// <param name="version">
    /// The preferred major version if several are installed: only the version that created a cluster can open it.
    /// </param>
    public static PostgresBinaries Find(string? configured, string? version = null)
    {
        if (configured is { Length: > 0 })
        {
            return IsComplete(configured)
                ? new PostgresBinaries(configured)
                : throw new InvalidOperationException(
                    $"{Setting} is {configured}, but that folder does not contain all of "
                    + $"{string.Join(", ", Programs)}. Set it to the bin folder of a PostgreSQL server.");
        }

        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(DebianFolders(version)).FirstOrDefault(IsComplete) is { } found
            ? new PostgresBinaries(found)
            : throw new InvalidOperationException(
                $"""
                 PostgreSQL ({string.Join(", ", Programs)}) is neither in PATH nor in {Debian}/*/bin. Do one of these:
                   install it:            sudo apt-get update && sudo apt-get install -y postgresql
                   set its folder:        {Setting}=/path/to/bin
                   use a running server:  ConnectionStrings__Pie='Host=…;Database=…;Username=…;Password=…'
                 """);
    }

    private static IEnumerable<string> DebianFolders(string? version) =>
        from installed in Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : []
        let name = Path.GetFileName(installed)
        where double.TryParse(name, CultureInfo.InvariantCulture, out _)
        orderby name == version descending, double.Parse(name, CultureInfo.InvariantCulture) descending
        select Path.Combine(installed, "bin");

    private static bool IsComplete(string folder) =>
        Programs.All(program => File.Exists(Path.Combine(folder, program)));

    public Task InitdbAsync(IEnumerable<string> arguments, CancellationToken cancellation) =>
        RunAsync(Command(Path.Combine(folder, "initdb"), arguments, User), cancellation);

    public Process StartServer(IEnumerable<string> arguments) =>
        // The server runs in its own session: Ctrl+C in a terminal sends its signal to the owner only, which still
        // needs the server to shut down in order.
        Process.Start(Command("setsid", [Path.Combine(folder, "postgres"), .. arguments], User))!;

    /// <summary>Changes the owner of files and folders to the user who runs the server.</summary>
    public static Task HandOverAsync(IEnumerable<string> paths, CancellationToken cancellation) =>
        User is null ? Task.CompletedTask : RunAsync(Command("chown", [User, .. paths], user: null), cancellation);

    private static ProcessStartInfo Command(string program, IEnumerable<string> arguments, string? user)
    {
        var command = new ProcessStartInfo(program, arguments)
        {
            // The other user may not have access to the current folder.
            WorkingDirectory = "/",
            // With inherited pipes, a process that reads our output to its end would wait until the server ends.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (user is not null) command.UserName = user;
        command.Environment["LC_ALL"] = "C";
        return command;
    }

    private static async Task RunAsync(ProcessStartInfo command, CancellationToken cancellation)
    {
        using var process = Process.Start(command)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        await output;
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{command.FileName}{AsWhom(command)} failed: {await errors}".TrimEnd());
    }

    private static string AsWhom(ProcessStartInfo command) => command.UserName is { Length: > 0 } user
        ? $" (as user {user}, who needs access to all parent folders of the data folder; PIE_DATA sets that folder)"
        : "";
}
