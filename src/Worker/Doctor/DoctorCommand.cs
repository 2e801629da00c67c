using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Npgsql;
using PieService.Domain;
using PieService.Domain.Diagnosis;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.Worker.Machines;
using PieService.Worker.Supervision;

namespace PieService.Worker.Doctor;

/// <summary>
/// <c>./pie doctor</c>: a command of the worker's program that prints what a worker on this machine would find, and
/// what to do about each problem. The launcher adds what is outside of the program, such as the SDK.
/// </summary>
public static class DoctorCommand
{
    /// <summary>The first argument of the program.</summary>
    public const string Name = "doctor";

    /// <returns>The exit code: 0 if a sweep could run now.</returns>
    public static async Task<int> RunAsync(Func<string, string?> setting, TimeProvider time)
    {
        var canRun = true;
        await foreach (var finding in FindAsync(setting, time))
        {
            Console.WriteLine(finding);
            canRun &= finding.State != FindingState.Problem;
        }
        return canRun ? 0 : 1;
    }

    private static async IAsyncEnumerable<Finding> FindAsync(Func<string, string?> setting, TimeProvider time)
    {
        var folders = PieFolders.From(setting);
        var (settings, wrong) = SettingsOf(setting);
        if (settings is null)
        {
            yield return Finding.Problem("settings", wrong!, "correct this setting");
        }
        else
        {
            foreach (var finding in MachineFindings.Of(settings, NvidiaSmi.List())) yield return finding;
            foreach (var finding in await MachineFindings.ArithmeticAsync(settings, time)) yield return finding;
            foreach (var finding in FolderFindings.Of(folders, settings.MinFreeDiskMib)) yield return finding;
        }
        foreach (var finding in await ServiceAsync(folders, time)) yield return finding;
    }

    private static (WorkerSettings? Settings, string? Wrong) SettingsOf(Func<string, string?> setting)
    {
        try
        {
            return (WorkerSettings.From(setting), null);
        }
        catch (FormatException wrong)
        {
            return (null, wrong.Message);
        }
    }

    /// <summary>The database and the live workers.</summary>
    private static async Task<IReadOnlyList<Finding>> ServiceAsync(PieFolders folders, TimeProvider time)
    {
        string? given;
        try
        {
            given = DatabaseSetting.From(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        }
        catch (FormatException wrong)
        {
            return [Finding.Problem("database", wrong.Message, "correct this setting")];
        }
        if (given is not { Length: > 0 } && !File.Exists(folders.ConnectionFile))
        {
            return
            [
                Finding.Problem(
                    "database", $"ConnectionStrings__Pie is not set, and no API has written {folders.ConnectionFile}",
                    "start the service: ./pie up"),
            ];
        }
        try
        {
            var address = given is { Length: > 0 }
                ? given : (await File.ReadAllTextAsync(folders.ConnectionFile)).Trim();
            await using var database = NpgsqlDataSource.Create(address);
            var options = new DbContextOptionsBuilder<PieDbContext>();
            PieDbContext.Configure(options, database);
            await using var db = new PieDbContext(options.Options);
            var findings = await DatabaseFindings.OfAsync(db, time, CancellationToken.None);
            return findings.Any(finding => finding.State == FindingState.Problem) ? findings
                : [.. findings, .. WorkerFindings.Of(await db.LiveWorkers.ToListAsync(), WorkerVersions.Own)];
        }
        catch (Exception unusable) when (unusable is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return
            [
                Finding.Problem("database", unusable.Message, "correct ConnectionStrings__Pie"),
            ];
        }
    }
}
