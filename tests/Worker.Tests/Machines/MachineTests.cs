using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Machines;

public sealed class MachineTests
{
    private const int AmxBf16 = 1 << 22, Avx512Bf16 = 1 << 5;

    [Theory]
    [InlineData(0, 0, "bf16 emulated")]
    [InlineData(0, Avx512Bf16, "bf16")]
    [InlineData(AmxBf16, Avx512Bf16, "bf16 by AMX")]
    public void Processors_with_other_instructions_for_bf16_have_other_names(int edx, int eax, string expected) =>
        Assert.Equal(expected, Machine.Bf16Kernels(edx, eax));

    [Fact]
    public void Only_a_recipe_with_bf16_on_a_CPU_names_the_instructions_for_bf16()
    {
        var onCpu = new Machine(CPU, "avx512", 1);
        Assert.Equal("avx512", onCpu.For(Precision.Fp32).CpuCapability);
        Assert.StartsWith("avx512, bf16", onCpu.For(Precision.Bf16).CpuCapability, StringComparison.Ordinal);

        var onGpu = new Machine(new Device(DeviceType.CUDA, 0), "avx512", 1);
        Assert.Equal("avx512", onGpu.For(Precision.Bf16).CpuCapability);
    }
}
