using System.Diagnostics;
using System.Globalization;
using System.Text;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>Parts of the launcher and of the jobs for Slurm, without a service.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pie-script-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("", "of-the-private-one")]
    [InlineData("Host=db;Username=pie;Database=pie", "of-the-file")]
    public async Task The_password_file_is_for_the_given_database_only(string given, string password)
    {
        File.WriteAllText(
            Path.Combine(folder, "connection"), "Host=h;Username=pie;Database=pie;Password=of-the-private-one");
        File.WriteAllText(Path.Combine(folder, "password"), "of-the-file\n");

        var (exitCode, output) = await BashAsync(
            "./pie connection --url", ("ConnectionStrings__Pie", given),
            ("PIE_DB_PASSWORD_FILE", Path.Combine(folder, "password")));

        Assert.Equal(0, exitCode);
        Assert.Contains($"pie:{password}@", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Database=pie;Username=u;Password=a=b", "u:a%3Db@db:5432/pie")]
    [InlineData("Host=db;Port=5433;Username=u;SSL Mode=VerifyFull", "u:@db:5433/u?sslmode=verify-full")]
    [InlineData("Server=db; User Id = u;DB=pie;PWD='a b';SslMode=VerifyCA;Root Certificate=/etc/ca.pem",
        "u:a%20b@db:5432/pie?sslmode=verify-ca&sslrootcert=%2Fetc%2Fca.pem")]
    public async Task An_address_of_the_database_has_what_its_connection_string_has(string given, string address)
    {
        var (exitCode, output) = await BashAsync(
            "unset ${!PG*}; ./pie connection --url", ("ConnectionStrings__Pie", given));

        Assert.Equal((0, $"postgresql://{address}\n"), (exitCode, output));
    }

    [Fact]
    public async Task A_connection_string_with_a_semicolon_in_a_value_is_refused()
    {
        var (exitCode, output) = await BashAsync(
            "./pie connection --url 2>&1", ("ConnectionStrings__Pie", "Host=db;Username=u;Password=\"a;b\""));

        Assert.Equal(1, exitCode);
        Assert.Contains("set PIE_DB_PASSWORD_FILE instead of a password", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_has_a_problem_if_no_API_is_ready()
    {
        var port = Ports.Free().ToString(CultureInfo.InvariantCulture);

        var (_, output) = await BashAsync(
            $"""
             set -eu
             . launcher/service.sh
             . launcher/doctor.sh
             healthy=yes run={folder}
             examine_api
             echo "healthy: $healthy"
             """,
            ("PIE_HOST", "127.0.0.1"), ("PIE_PORT", port));

        Assert.Matches($"problem +api +http://127.0.0.1:{port}/health/ready does not answer", output);
        Assert.Contains("healthy: no", output, StringComparison.Ordinal);
    }

    /// <summary>./pie has not started an API from the folder, so one that answers was started otherwise.</summary>
    [Theory]
    [InlineData("", "", "ok +api +URL is ready; ./pie has not started it from this PIE_DATA")]
    [InlineData("URL", "", "ok +api +URL is ready(?!;)")]
    [InlineData("", "Host=db", "ok +api +URL is ready(?!;)")]
    public async Task The_doctor_states_whether_the_API_that_answers_was_started_from_its_folder(
        string api, string database, string finding)
    {
        using var stub = new HttpStub(context =>
        {
            context.Response.Close();
            return Task.CompletedTask;
        });
        var url = $"http://127.0.0.1:{stub.Port}";

        var (_, output) = await BashAsync(
            $"""
             set -eu
             . launcher/processes.sh
             . launcher/service.sh
             . launcher/doctor.sh
             healthy=yes run={folder}
             examine_api
             """,
            ("PIE_HOST", "127.0.0.1"), ("PIE_PORT", stub.Port.ToString(CultureInfo.InvariantCulture)),
            ("PIE_API", api.Replace("URL", url, StringComparison.Ordinal)), ("ConnectionStrings__Pie", database));

        Assert.Matches(finding.Replace("URL", url, StringComparison.Ordinal), output);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("70000")]
    public async Task The_doctor_has_a_problem_if_the_port_is_not_one(string port)
    {
        var (_, output) = await BashAsync(
            $"""
             set -eu
             . launcher/processes.sh
             . launcher/service.sh
             . launcher/doctor.sh
             healthy=yes run={folder}
             examine_port
             """,
            ("PIE_HOST", "127.0.0.1"), ("PIE_PORT", port));

        Assert.Matches($"problem +port +PIE_PORT is '{port}'\n +-> set PIE_PORT to a number from 1 to 65535", output);
    }

    [Fact]
    public async Task A_job_of_Slurm_counts_the_processors_of_the_job()
    {
        var (exitCode, output) = await SlurmAsync(
            "echo processors: $DOTNET_PROCESSOR_COUNT", ("SLURM_CPUS_PER_TASK", "13"));

        Assert.Equal((0, "processors: 13\n"), (exitCode, output));
    }

    [Fact]
    public async Task A_job_of_Slurm_without_a_data_folder_has_one_for_its_user_alone_and_removes_it()
    {
        var (exitCode, output) = await SlurmAsync(
            "stat --format '%a %n' \"$PIE_DATA\"", ("PIE_DATA", ""), ("TMPDIR", folder));

        Assert.Equal(0, exitCode);
        Assert.StartsWith($"700 {folder}/", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder));
    }

    [Fact]
    public async Task A_job_of_Slurm_creates_its_data_folder_for_its_user_alone()
    {
        var (_, output) = await SlurmAsync(
            "stat --format %a \"$PIE_DATA\"", ("PIE_DATA", Path.Combine(folder, "scratch", "pie")));

        Assert.Equal("700\n", output);
    }

    /// <summary>Executes a job whose worker is a script.</summary>
    private Task<(int ExitCode, string Output)> SlurmAsync(
        string worker, params (string Name, string Value)[] settings)
    {
        var dotnet = Path.Combine(folder, "dotnet");
        File.WriteAllText(dotnet, $"#!/bin/sh\n{worker}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return BashAsync(
            "bash deploy/slurm/worker.sbatch",
            [
                ("ConnectionStrings__Pie", "Host=h"),
                ("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}"),
                .. settings,
            ]);
    }

    /// <summary>Every user can read a command line.</summary>
    [Theory]
    [InlineData("pie_secret", "Bearer pie_secret")]
    [InlineData("", "no key")]
    public async Task The_scripts_send_the_key_without_naming_it_in_a_command_line(string key, string header)
    {
        using var stub = new HttpStub(async context =>
        {
            await context.Response.OutputStream.WriteAsync(
                Encoding.UTF8.GetBytes(context.Request.Headers["Authorization"] ?? "no key"));
            context.Response.Close();
        });

        var (exitCode, output) = await BashAsync(
            $$"""
              set -eu
              . reproduce/service.sh
              curl() { echo "arguments: $*"; command curl "$@"; }
              ask http://127.0.0.1:{{stub.Port}}/
              """,
            ("PIE_KEY", key));

        Assert.Equal(0, exitCode);
        Assert.Matches($"^arguments: [^\n]*/\n{header}$", output);
        Assert.DoesNotMatch("arguments: .*pie_secret", output);
    }

    [Fact]
    public async Task The_import_of_a_large_file_without_a_service_says_that_it_must_be_started()
    {
        var (exitCode, output) = await BashAsync("reproduce/large-import.sh 1 2>&1");

        Assert.Equal((1, "start the service first: ./pie up\n"), (exitCode, output));
    }

    /// <summary>First the connection ends within an answer, then the service waits for its database.</summary>
    [Fact]
    public async Task The_scripts_wait_for_a_sweep_while_the_service_restarts()
    {
        var requests = 0;
        using var stub = new HttpStub(async context =>
        {
            switch (++requests)
            {
                case 1:
                    context.Response.ContentLength64 = 1;
                    context.Response.Abort();
                    return;
                case 2:
                    context.Response.StatusCode = 503;
                    await context.Response.OutputStream.WriteAsync("""{"status":503}"""u8.ToArray());
                    break;
                default:
                    await context.Response.OutputStream.WriteAsync(
                        """{"state":"succeeded","progress":{"epochs":{"total":2,"shared":0}}}"""u8.ToArray());
                    break;
            }
            context.Response.Close();
        });

        var (exitCode, _) = await BashAsync(
            $$"""
              set -euo pipefail
              . reproduce/service.sh
              sleep() { :; }
              await_sweep http://127.0.0.1:{{stub.Port}} 01a2
              """);

        // The last request is for how it has ended.
        Assert.Equal((0, 4), (exitCode, requests));
    }

    private async Task<(int ExitCode, string Output)> BashAsync(
        string script, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = ServiceProcess.RepositoryFolder,
            RedirectStandardOutput = true,
        };
        start.Environment["PIE_DATA"] = folder;
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
