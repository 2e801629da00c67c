using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

public sealed class TrainerStartTests
{
    [Fact]
    public void A_trainer_compiles_each_method_once_and_has_no_connection_string()
    {
        var start = TrainerStart.Of(WorkerSettings.From(_ => null), slot: 0, TrainerProcess.Trainer);

        Assert.Equal("0", start.Environment["DOTNET_TieredCompilation"]);
        Assert.False(start.Environment.ContainsKey("ConnectionStrings__Pie"));
        Assert.Equal(TrainerProcess.Trainer, start.ArgumentList[^1]);
    }

    [Fact]
    public void A_trainer_has_no_settings_of_telemetry()
    {
        const string headers = "OTEL_EXPORTER_OTLP_HEADERS";
        Environment.SetEnvironmentVariable(headers, "api-key=secret");
        try
        {
            var start = TrainerStart.Of(WorkerSettings.From(_ => null), slot: 0, TrainerProcess.Trainer);

            Assert.False(start.Environment.ContainsKey(headers));
        }
        finally
        {
            Environment.SetEnvironmentVariable(headers, null);
        }
    }

    [Fact]
    public void Threads_allocator_and_compilation_of_a_trainer_can_be_given_to_another_process()
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);
        TrainerStart.SetLibraries(environment, threads: 3, MemoryAllocator.Glibc);

        Assert.Equal(
            ("3", "passive", "0"),
            (environment["OMP_NUM_THREADS"], environment["OMP_WAIT_POLICY"],
                environment["DOTNET_TieredCompilation"]));
        Assert.All(MemoryAllocator.Glibc.Environment, pair => Assert.Equal(pair.Value, environment[pair.Key]));
    }
}
