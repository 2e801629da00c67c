using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace PieService.TestSupport;

/// <summary>A process of the product, as a user starts it. Disposal kills it and its children.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly List<string> output = [];

    private ServiceProcess(Process process) => this.process = process;

    public static string RepositoryFolder { get; } = Repository();

    public int Id => process.Id;

    public static ServiceProcess Api(IDictionary<string, string> settings, string address) =>
        Start($"Api/{Configuration}/PieService.Api.dll", settings, "--urls", address);

    public static ServiceProcess Worker(IDictionary<string, string> settings, params string[] arguments) =>
        Start($"Worker/{Configuration}_linux-x64/PieService.Worker.dll", settings, arguments);

    public static ServiceProcess Demo(params string[] arguments) =>
        Start($"Demo/{Configuration}/PieService.Demo.dll", new Dictionary<string, string>(), arguments);

    /// <summary>The exit code of a process that has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>
    /// Runs the API's program to its end, with a command other than serving or with settings that prevent it.
    /// </summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunApiAsync(
        IDictionary<string, string> settings, params string[] arguments) =>
        RunAsync($"Api/{Configuration}/PieService.Api.dll", settings, arguments);

    /// <summary>Runs the worker's program to its end, with a command other than serving.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunWorkerAsync(
        IDictionary<string, string> settings, params string[] arguments) =>
        RunAsync($"Worker/{Configuration}_linux-x64/PieService.Worker.dll", settings, arguments);

    /// <summary>Runs the program of ./pie import to its end.</summary>
    /// <param name="arguments">The address of the service first.</param>
    public static Task<(int ExitCode, string Output, string Errors)> RunImportAsync(params string[] arguments) =>
        RunAsync(ImportProgram, new Dictionary<string, string>(), arguments);

    /// <summary>The worker's program.</summary>
    public static string WorkerProgram => Path.Combine(
        RepositoryFolder, $"artifacts/bin/Worker/{Configuration}_linux-x64/PieService.Worker.dll");

    /// <summary>The program of ./pie import.</summary>
    public static string ImportProgram =>
        Path.Combine(RepositoryFolder, $"artifacts/bin/Import/{Configuration}/PieService.Import.dll");

    /// <summary>The last lines of the process's output, for the message of a failed test.</summary>
    public string Tail
    {
        get
        {
            lock (output) return string.Join('\n', output.TakeLast(60));
        }
    }

    /// <summary>The processor time that the process has used, without that of its children.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The nice value of a process; a higher one yields to others.</summary>
    public static int NiceOf(int process) =>
        int.Parse(ReadStat($"/proc/{process}/stat")[18], CultureInfo.InvariantCulture);

    /// <summary>The trainers of a worker.</summary>
    public IReadOnlyList<int> Children() => ChildrenOf(Id);

    public static IReadOnlyList<int> ChildrenOf(int process) =>
    [
        .. from stat in Directory.EnumerateDirectories("/proc").Select(folder => Path.Combine(folder, "stat"))
            .Where(File.Exists)
           let fields = ReadStat(stat)
           where fields.Length > 3 && fields[3] == process.ToString(CultureInfo.InvariantCulture)
           select int.Parse(fields[0], CultureInfo.InvariantCulture),
    ];

    public void Signal(string name) => Send(name, Id);

    public static void Send(string name, int process)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public Task WaitForExitAsync(CancellationToken cancellation) => process.WaitForExitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, IDictionary<string, string> settings, string[] arguments)
    {
        using var process = new Process { StartInfo = Prepare(program, settings, arguments) };
        process.Start();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
        return (process.ExitCode, await output, await errors);
    }

    private static ProcessStartInfo Prepare(
        string program, IDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(RepositoryFolder, "artifacts/bin", program));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return start;
    }

    private static ServiceProcess Start(string program, IDictionary<string, string> settings, params string[] arguments)
    {
        var started = new ServiceProcess(new Process { StartInfo = Prepare(program, settings, arguments) });
        started.process.OutputDataReceived += (_, line) => started.Remember(line.Data);
        started.process.ErrorDataReceived += (_, line) => started.Remember(line.Data);
        started.process.Start();
        started.process.BeginOutputReadLine();
        started.process.BeginErrorReadLine();
        return started;
    }

    private void Remember(string? line)
    {
        if (line is null) return;
        lock (output) output.Add(line);
    }

    private static string[] ReadStat(string path)
    {
        try
        {
            // The second field, a name in parentheses, may contain spaces.
            var text = File.ReadAllText(path);
            return [text[..text.IndexOf(' ')], "", .. text[(text.LastIndexOf(')') + 2)..].Split(' ')];
        }
        catch (IOException)
        {
            return []; // The process has ended in the meantime.
        }
    }

    private static string Configuration { get; } = typeof(ServiceProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Configuration").Value!;

    private static string Repository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../.."));
}
