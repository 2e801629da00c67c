using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>One direction of an LSTM of the study's size, forward and backward, in float32 and in bf16.</summary>
internal static class LstmInBf16
{
    private const int Words = 24, Batch = 256, Width = 100;

    public static void Run()
    {
        set_num_threads(1);
        var exact = Seconds(ScalarType.Float32);
        Measured.Say(
            $"an LSTM of {Width} units, {Batch} texts of {Words} words: bf16 is "
                + $"{exact / Seconds(ScalarType.BFloat16):F2} times as fast as float32 ({1000 * exact:F0} ms)");
    }

    private static double Seconds(ScalarType type)
    {
        using var lstm = nn.LSTM(Width, Width).to(type);
        using var input = randn(Words, Batch, Width, dtype: ScalarType.Float32).to(type);
        return Measured.Seconds(() => lstm.call(input).Item1.sum().backward());
    }
}
