using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Worker.Arithmetic;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Arithmetic;

public class ArithmeticSelfTestTests
{
    [Fact]
    public void This_machine_passes_in_less_than_three_seconds()
    {
        // Processor time, since a busy machine makes the elapsed time longer.
        var before = Environment.CpuUsage.TotalTime;
        var report = ArithmeticSelfTest.Run(Toy.Cpu.Prepare());
        var taken = (Environment.CpuUsage.TotalTime - before).TotalSeconds;

        Assert.Empty(report.Failures);
        Assert.Null(report.Problem);
        Assert.Equal("cpu", report.Device);
        Assert.True(report.Checks >= 15, $"{report.Checks} checks");
        Assert.True(taken < 3, $"{taken} s");
    }

    [Fact]
    public void An_LSTM_kernel_that_is_wrong_without_gradients_is_detected_and_named()
    {
        // Like oneDNN's inference kernel on some virtual machines, this one is correct only if gradients are enabled.
        var report = Run(ArithmeticChecks.Lstm(words: 5, batch: 7, inputs: 33, units: 100).Changed(
            states => is_grad_enabled() ? states : states.roll(1, 1)));

        var failure = Assert.Single(report.Failures);
        Assert.Equal(
            ("LSTM", "T 5, B 7, D 33, H 100", "result in evaluation"),
            (failure.Operation, failure.Shape, failure.Part));
        Assert.InRange(failure.Deviation!.Value, 0.1, 2);
        foreach (var named in new[] { "LSTM (T 5, B 7, D 33, H 100)", report.Host.Processor.Vendor,
                report.CpuCapability, "libtorch 2.", "ONEDNN_MAX_CPU_ISA=AVX2" })
            Assert.Contains(named, report.Problem, StringComparison.Ordinal);
    }

    /// <summary>Each matrix check can fail because of one wrong result, and because of the gradients alone.</summary>
    [Fact]
    public void One_wrong_result_and_wrong_gradients_are_detected_for_every_operation()
    {
        foreach (var check in ArithmeticChecks.All().OfType<MatrixCheck>())
        {
            // In bf16 an error of 1 % cannot be distinguished from its rounding.
            var error = check.Products == Precision.Bf16 ? 0.1 : 0.01;
            var oneWrong = Run(check.Changed(result => WithOneWrong(result, error)));
            Assert.Equal(
                ["result in evaluation", "result in training"],
                oneWrong.Failures.Select(failure => failure.Part)
                    .Where(part => part.StartsWith("result", StringComparison.Ordinal)));
            // The values are unchanged, but the gradients are too large.
            var gradients = Run(check.Changed(result => (result * (1 + error)) - (result * error).detach()));
            Assert.NotEmpty(gradients.Failures);
            Assert.All(
                gradients.Failures, failure => Assert.StartsWith("gradient", failure.Part, StringComparison.Ordinal));
        }

        static Tensor WithOneWrong(Tensor result, double error)
        {
            var mask = ones_like(result).flatten();
            mask[0] = 0;
            return result + ((1 - mask) * result.detach().abs().max() * error).view(result.shape);
        }
    }

    [Fact]
    public void A_kernel_that_throws_is_reported_as_a_failure_with_its_name()
    {
        var report = Run(ArithmeticChecks.Lstm(2, 2, 3, 5).Changed(states => states.view(7919)));

        Assert.Equal(
            ("LSTM", "it failed", null),
            (report.Failures.Single().Operation, report.Failures.Single().Part, report.Failures.Single().Deviation));
    }

    [Fact]
    public void A_result_that_is_not_a_number_is_a_failure()
    {
        var report = Run(ArithmeticChecks.Lstm(2, 2, 3, 5).Changed(states => states * float.NaN));

        Assert.NotEmpty(report.Failures);
        Assert.All(report.Failures, failure => Assert.Null(failure.Deviation));
        Assert.Contains("is not a finite number", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_is_unchanged_after_a_round_trip_through_JSON()
    {
        var report = Run(ArithmeticChecks.Lstm(2, 2, 3, 5).Changed(states => states * float.NaN));

        Assert.Equal(
            Domain.Json.Write(report),
            Domain.Json.Write(Domain.Json.Read<ArithmeticReport>(Domain.Json.Write(report))));
    }

    private static ArithmeticReport Run(ArithmeticCheck check) => ArithmeticSelfTest.Run(Toy.Cpu.Prepare(), [check]);
}
