using System.Runtime.Versioning;
using System.Text;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>The worker's part of ./pie doctor, on machines with pieces missing.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DoctorTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    /// <summary>
    /// A stand-in for NVIDIA's program, with the fields in the order in which the worker asks for them.
    /// </summary>
    private const string FakeListing = """
        #!/bin/sh
        case $1 in
          --query-gpu=index,uuid,*,mig.mode.current,name)
            echo '0, GPU-11111111-2222-3333-4444-555555555555, 143771, 1024, 37, 41, 570.86, Disabled, NVIDIA H200' ;;
          *) exit 9 ;;
        esac

        """;

    [Fact]
    public async Task With_a_service_and_a_worker_a_sweep_could_run()
    {
        var (code, output, errors) = await DoctorAsync();

        Assert.True(code == 0, $"{output}\n{errors}");
        string[] subjects =
        [
            "processor", "memory", "libtorch", "device", "arithmetic", "disk", "database", "clock", "schema", "worker",
        ];
        foreach (var subject in subjects) Assert.Matches($"(?m)^ok +{subject} ", output);
        Assert.DoesNotContain("problem", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_database_the_problem_has_an_advice_and_the_machine_is_examined_all_the_same()
    {
        var (code, output, _) = await DoctorAsync(("ConnectionStrings__Pie", "Host=127.0.0.1;Port=1;Database=pie"));

        Assert.Equal(1, code);
        Assert.Matches("problem +database +cannot be used", output);
        Assert.Contains(
            "-> start the service (./pie up), or correct ConnectionStrings__Pie", output, StringComparison.Ordinal);
        Assert.Matches("ok +arithmetic +cpu", output);
    }

    [Fact]
    public async Task A_folder_without_libtorch_is_a_problem_and_the_database_is_examined_all_the_same()
    {
        var (code, output, _) = await DoctorAsync(("PIE_LIBTORCH", "/usr/share"));

        Assert.Equal(1, code);
        Assert.Matches("problem +settings +The setting PIE_LIBTORCH is '/usr/share'", output);
        Assert.Matches("ok +database", output);
    }

    [Fact]
    public async Task GPUs_that_the_tensor_library_cannot_use_are_listed_with_what_to_do()
    {
        using var programs = Programs();

        var (code, output, _) = await DoctorAsync(("PIE_DEVICE", "auto"), ("PATH", programs.Path));

        Assert.Equal(0, code);
        Assert.Contains(
            "cuda:0 NVIDIA H200, GPU-11111111-2222-3333-4444-555555555555, 1024 of 143771 MiB used, driver 570.86",
            output, StringComparison.Ordinal);
        Assert.Matches("warning +device +cpu with 2 slots, although the machine has GPUs", output);
        Assert.Contains("-p:TorchBackend=cuda", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_place_of_a_folder_is_a_problem()
    {
        var (code, output, _) = await DoctorAsync(("PIE_ARTIFACTS", "/dev/null"));

        Assert.Equal(1, code);
        Assert.Matches("problem +disk +PIE_ARTIFACTS /dev/null: /dev/null is not a folder", output);
    }

    [Fact]
    public async Task A_GPU_that_was_asked_for_and_cannot_be_used_is_a_problem()
    {
        using var programs = Programs();

        var (code, output, _) = await DoctorAsync(("PIE_DEVICE", "cuda"), ("PIE_SLOTS", "1"), ("PATH", programs.Path));

        Assert.Equal(1, code);
        Assert.Matches(@"problem +device +cuda:0 with 1 slot \(PIE_DEVICE\), but libtorch has no CUDA", output);
        Assert.Matches("problem +arithmetic +a trainer cannot start:.*the tensor library finds no CUDA device", output);
    }

    private Task<(int ExitCode, string Output, string Errors)> DoctorAsync(params (string Name, string Value)[] changed)
    {
        var settings = new Dictionary<string, string>(service.Settings);
        foreach (var (name, value) in changed) settings[name] = value;
        return ServiceProcess.RunWorkerAsync(settings, "doctor");
    }

    private static FakePrograms Programs()
    {
        var folder = Directory.CreateTempSubdirectory("pie-test-");
        var program = System.IO.Path.Combine(folder.FullName, "nvidia-smi");
        using (var file = new FileStream(
            program,
            new FileStreamOptions
            {
                Access = FileAccess.Write,
                Mode = FileMode.CreateNew,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserExecute,
            }))
            file.Write(Encoding.UTF8.GetBytes(FakeListing));
        return new(folder);
    }

    private sealed class FakePrograms(DirectoryInfo folder) : IDisposable
    {
        public string Path => $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";

        public void Dispose() => folder.Delete(recursive: true);
    }
}
