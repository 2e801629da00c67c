using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Training;
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
    public void A_processor_has_no_tf32_and_the_message_names_the_field_to_change()
    {
        var refusal = Assert.Throws<UntrainableException>(() => Toy.Cpu.Prepare(Precision.Tf32));
        Assert.Contains("Set device to cuda", refusal.Message, StringComparison.Ordinal);

        var onGpu = new Machine(new Device(DeviceType.CUDA, 0), "avx512", 1);
        Assert.Same(onGpu, onGpu.For(Precision.Tf32));
    }

    /// <summary>torch allows it in cuDNN by default, so float32 must forbid it there.</summary>
    [Fact]
    public void TF32_is_allowed_or_forbidden_for_LSTMs_and_other_products_together()
    {
        try
        {
            Tf32.Allow(true);
            Assert.True(backends.cuda.matmul.allow_tf32 && backends.cudnn.allow_tf32);
        }
        finally
        {
            Tf32.Allow(false);
        }
        Assert.False(backends.cuda.matmul.allow_tf32 || backends.cudnn.allow_tf32);
    }

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
