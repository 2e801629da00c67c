using System.Diagnostics;
using PieService.Domain;
using PieService.Worker.Arithmetic;
using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

public class LstmStatesTests
{
    // The maximum number of multiplications of plain arithmetic for one shape, so that the test takes seconds.
    private const long MostProducts = 20_000_000;

    /// <summary>
    /// Shapes of T words, B texts, D inputs and H units: the sizes of the study, sizes of 1, multiples of the vector
    /// width and one more or less, the last small batch, and random sizes from 1 to 130.
    /// </summary>
    public static TheoryData<int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int>
        {
            { 1, 1, 1, 1 }, { 2, 1, 8, 8 }, { 3, 7, 16, 16 }, { 5, 4, 33, 33 }, { 4, 3, 48, 48 }, { 6, 16, 100, 100 },
            { 3, 9, 112, 112 },
            { 2, 31, 200, 100 }, { 24, 5, 100, 100 }, { 3, 16, 31, 32 }, { 3, 16, 64, 64 }, { 2, 8, 128, 128 },
            { 2, 5, 130, 129 }, { 130, 1, 7, 9 }, { 1, 130, 9, 7 },
        };
        var random = KeyedRandom.For("LSTM shapes");
        for (var drawn = 0; drawn < 25;)
        {
            var (t, b, d, h) = (Draw(), Draw(), Draw(), Draw());
            if ((long)t * b * 4 * h * (d + h) > MostProducts) continue;
            shapes.Add(t, b, d, h);
            drawn++;
        }
        return shapes;

        int Draw() => 1 + random.NextInt(130);
    }

    [Theory]
    [Trait("Duration", "Long")]
    [MemberData(nameof(Shapes))]
    public void States_equal_those_of_plain_arithmetic_with_and_without_gradients(int t, int b, int d, int h) =>
        Assert.All(
            ArithmeticChecks.Lstm(t, b, d, h).Deviations(CPU),
            deviation => Assert.False(deviation.IsFailure(), deviation.ToString()));

    [Fact]
    public void Without_gradients_the_states_have_no_graph_and_no_other_tensor_remains()
    {
        using var scope = NewDisposeScope();
        var lstm = nn.LSTM(100, 100);
        var sequence = randn(3, 2, 100);
        using var noGrad = no_grad();

        var before = scope.DisposablesCount;
        var states = LstmStates.Of(lstm, sequence);

        Assert.Equal(before + 1, scope.DisposablesCount);
        Assert.False(states.requires_grad);
        Assert.False(is_grad_enabled());
        Assert.Equal(new long[] { 6, 100 }, states.shape);
    }

    /// <summary>The kernel that is wrong on some machines must not run on any machine.</summary>
    [Fact]
    [Trait("Duration", "Long")]
    public async Task The_inference_kernel_of_oneDNN_never_runs()
    {
        var start = new ProcessStartInfo(
            "dotnet", [typeof(LstmStates).Assembly.Location, "arithmetic"])
        { RedirectStandardOutput = true };
        start.Environment["ONEDNN_VERBOSE"] = "1";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        string[] recurrent = [
            .. output.Split('\n').Where(line => line.Contains(",exec,cpu,rnn,", StringComparison.Ordinal))];
        Assert.Contains(recurrent, line => line.Contains("forward_training", StringComparison.Ordinal));
        Assert.DoesNotContain(recurrent, line => line.Contains("forward_inference", StringComparison.Ordinal));
    }
}
