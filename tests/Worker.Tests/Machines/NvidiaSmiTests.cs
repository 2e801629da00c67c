using System.Runtime.Versioning;
using PieService.Worker.Machines;

namespace PieService.Worker.Tests.Machines;

[SupportedOSPlatform("linux")]
public sealed class NvidiaSmiTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Many_messages_beside_the_table_do_not_stop_it()
    {
        // More than a pipe holds.
        var program = Program($"""
            head -c 300000 /dev/zero >&2
            cat <<'end'
            {GpuTests.Table.Replace("Enabled", "Disabled", StringComparison.Ordinal)}
            end
            """);

        Assert.Equal(3, new NvidiaSmi(program, TimeSpan.FromMinutes(1)).Ask().Count);
    }

    [Fact]
    public void Without_the_program_there_are_no_GPUs() => Assert.Empty(
        new NvidiaSmi(folder["missing"], TimeSpan.FromMinutes(1)).Ask());

    public void Dispose() => folder.Dispose();

    private string Program(string script)
    {
        var path = folder["nvidia-smi"];
        using var file = new StreamWriter(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserExecute,
        });
        file.Write($"#!/bin/sh\n{script}\n");
        return path;
    }
}
